/** Types of the part of Fly's Machines API that is used here, generated from the vendor's OpenAPI document. */

// Made by openapi-typescript 7.13 (--default-non-nullable=false --alphabetize) from a copy of the specification cut down to the
// operations listed in `paths`; of a machine's configuration only what is read is named, the rest is carried along.
// Descriptions and members that are `never` are left out. Do not edit by hand: cut and generate anew.

export interface paths {
  '/apps': {
    get: operations['Apps_list'];
  };
  '/apps/{app_name}': {
    get: operations['Apps_show'];
  };
  '/apps/{app_name}/machines': {
    get: operations['Machines_list'];
    post: operations['Machines_create'];
  };
  '/apps/{app_name}/machines/{machine_id}': {
    get: operations['Machines_show'];
    post: operations['Machines_update'];
    delete: operations['Machines_delete'];
  };
  '/apps/{app_name}/machines/{machine_id}/events': {
    get: operations['Machines_list_events'];
  };
  '/apps/{app_name}/machines/{machine_id}/lease': {
    get: operations['Machines_show_lease'];
    post: operations['Machines_create_lease'];
    delete: operations['Machines_release_lease'];
  };
  '/apps/{app_name}/machines/{machine_id}/restart': {
    post: operations['Machines_restart'];
  };
  '/apps/{app_name}/machines/{machine_id}/start': {
    post: operations['Machines_start'];
  };
  '/apps/{app_name}/machines/{machine_id}/stop': {
    post: operations['Machines_stop'];
  };
  '/apps/{app_name}/machines/{machine_id}/versions': {
    get: operations['Machines_list_versions'];
  };
  '/apps/{app_name}/machines/{machine_id}/wait': {
    get: operations['Machines_wait'];
  };
  '/platform/regions': {
    get: operations['Platform_regions_get'];
  };
  '/tokens/current': {
    get: operations['CurrentToken_show'];
  };
}
export interface components {
  schemas: {
    App: {
      id?: string;
      internal_numeric_id?: number;
      machine_count?: number;
      name?: string;
      network?: string;
      organization?: components['schemas']['AppOrganizationInfo'];
      status?: string;
      volume_count?: number;
    };
    AppOrganizationInfo: {
      internal_numeric_id?: number;
      name?: string;
      slug?: string;
    };
    CheckStatus: {
      name?: string;
      output?: string;
      status?: string;
      updated_at?: string;
    };
    CreateLeaseRequest: {
      description?: string;
      ttl?: number;
    };
    CreateMachineRequest: {
      config?: components['schemas']['fly.MachineConfig'];
      lease_ttl?: number;
      lsvd?: boolean;
      min_secrets_version?: number;
      name?: string;
      region?: string;
      skip_launch?: boolean;
      skip_secrets?: boolean;
      skip_service_registration?: boolean;
    };
    CurrentTokenResponse: {
      tokens?: components['schemas']['main.tokenInfo'][];
    };
    ErrorResponse: {
      error?: string;
      status?: components['schemas']['main.statusCode'];
    };
    'fly.MachineCheck': {
      grace_period?: string;
    } & {
      [key: string]: unknown;
    };
    'fly.MachineConfig': {
      checks?: {
        [key: string]: components['schemas']['fly.MachineCheck'];
      };
      guest?: components['schemas']['fly.MachineGuest'];
      image?: string;
      metadata?: {
        [key: string]: string;
      };
      mounts?: components['schemas']['fly.MachineMount'][];
      standbys?: string[];
    } & {
      [key: string]: unknown;
    };
    'fly.MachineGuest': {
      cpu_kind?: string;
      cpus?: number;
      memory_mb?: number;
    } & {
      [key: string]: unknown;
    };
    'fly.MachineMount': {
      volume?: string;
    } & {
      [key: string]: unknown;
    };
    ImageRef: {
      digest?: string;
      labels?: {
        [key: string]: string;
      };
      registry?: string;
      repository?: string;
      tag?: string;
    };
    Lease: {
      description?: string;
      expires_at?: number;
      nonce?: string;
      owner?: string;
      version?: string;
    };
    ListAppsResponse: {
      apps?: components['schemas']['App'][];
      total_apps?: number;
    };
    Machine: {
      checks?: components['schemas']['CheckStatus'][];
      config?: components['schemas']['fly.MachineConfig'];
      created_at?: string;
      events?: components['schemas']['MachineEvent'][];
      host_status?: 'ok' | 'unknown' | 'unreachable';
      id?: string;
      image_ref?: components['schemas']['ImageRef'];
      incomplete_config?: components['schemas']['fly.MachineConfig'];
      instance_id?: string;
      name?: string;
      nonce?: string;
      private_ip?: string;
      region?: string;
      state?: string;
      updated_at?: string;
    };
    MachineEvent: {
      id?: string;
      request?: Record<string, never>;
      source?: string;
      status?: string;
      timestamp?: number;
      type?: string;
    };
    MachineVersion: {
      user_config?: components['schemas']['fly.MachineConfig'];
      version?: string;
    };
    'main.regionResponse': {
      nearest?: string;
      regions?: components['schemas']['main.regionRow'][];
    };
    'main.regionRow': {
      code?: string;
      deprecated?: boolean;
      gateway_available?: boolean;
      geo_region?: string;
      latitude?: number;
      longitude?: number;
      name?: string;
      requires_paid_plan?: boolean;
    };
    'main.statusCode': 'unknown' | 'insufficient_capacity';
    'main.tokenInfo': {
      apps?: string[];
      org_slug?: string;
      organization?: string;
      restricted_to_machine?: string;
      source_machine_id?: string;
      token_id?: string;
      user?: string;
    };
    StopRequest: {
      signal?: 'SIGHUP' | 'SIGINT' | 'SIGQUIT' | 'SIGKILL' | 'SIGUSR1' | 'SIGUSR2' | 'SIGTERM';
      timeout?: string;
    };
    UpdateMachineRequest: {
      config?: components['schemas']['fly.MachineConfig'];
      current_version?: string;
      lease_ttl?: number;
      lsvd?: boolean;
      min_secrets_version?: number;
      name?: string;
      region?: string;
      skip_launch?: boolean;
      skip_secrets?: boolean;
      skip_service_registration?: boolean;
    };
    WaitMachineResponse: {
      event_id?: string;
      ok?: boolean;
      state?: string;
      version?: string;
    };
  };
}
interface operations {
  Apps_list: {
    parameters: {
      query: {
        app_role?: string;
        org_slug: string;
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['ListAppsResponse'];
        };
      };
    };
  };
  Apps_show: {
    parameters: {
      path: {
        app_name: string;
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['App'];
        };
      };
    };
  };
  Machines_list: {
    parameters: {
      query?: {
        include_deleted?: boolean;
        region?: string;
        state?: string;
        summary?: boolean;
      };
      path: {
        app_name: string;
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['Machine'][];
        };
      };
    };
  };
  Machines_create: {
    parameters: {
      path: {
        app_name: string;
      };
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateMachineRequest'];
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['Machine'];
        };
      };
    };
  };
  Machines_show: {
    parameters: {
      path: {
        app_name: string;
        machine_id: string;
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['Machine'];
        };
      };
    };
  };
  Machines_update: {
    parameters: {
      path: {
        app_name: string;
        machine_id: string;
      };
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateMachineRequest'];
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['Machine'];
        };
      };
      400: {
        content: {
          'application/json': components['schemas']['ErrorResponse'];
        };
      };
    };
  };
  Machines_delete: {
    parameters: {
      query?: {
        force?: boolean;
      };
      path: {
        app_name: string;
        machine_id: string;
      };
    };
    responses: {
      200: { content?: never };
    };
  };
  Machines_list_events: {
    parameters: {
      query?: {
        limit?: number;
      };
      path: {
        app_name: string;
        machine_id: string;
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['MachineEvent'][];
        };
      };
    };
  };
  Machines_show_lease: {
    parameters: {
      path: {
        app_name: string;
        machine_id: string;
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['Lease'];
        };
      };
    };
  };
  Machines_create_lease: {
    parameters: {
      header?: {
        'fly-machine-lease-nonce'?: string;
      };
      path: {
        app_name: string;
        machine_id: string;
      };
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateLeaseRequest'];
      };
    };
    responses: {
      201: {
        content: {
          'application/json': components['schemas']['Lease'];
        };
      };
    };
  };
  Machines_release_lease: {
    parameters: {
      header: {
        'fly-machine-lease-nonce': string;
      };
      path: {
        app_name: string;
        machine_id: string;
      };
    };
    responses: {
      200: { content?: never };
    };
  };
  Machines_restart: {
    parameters: {
      query?: {
        signal?: 'SIGHUP' | 'SIGINT' | 'SIGQUIT' | 'SIGKILL' | 'SIGUSR1' | 'SIGUSR2' | 'SIGTERM';
        timeout?: string;
      };
      path: {
        app_name: string;
        machine_id: string;
      };
    };
    responses: {
      200: { content?: never };
      400: {
        content: {
          'application/json': components['schemas']['ErrorResponse'];
        };
      };
    };
  };
  Machines_start: {
    parameters: {
      path: {
        app_name: string;
        machine_id: string;
      };
    };
    responses: {
      200: { content?: never };
    };
  };
  Machines_stop: {
    parameters: {
      path: {
        app_name: string;
        machine_id: string;
      };
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['StopRequest'];
      };
    };
    responses: {
      200: { content?: never };
      400: {
        content: {
          'application/json': components['schemas']['ErrorResponse'];
        };
      };
    };
  };
  Machines_list_versions: {
    parameters: {
      path: {
        app_name: string;
        machine_id: string;
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['MachineVersion'][];
        };
      };
    };
  };
  Machines_wait: {
    parameters: {
      query?: {
        from_event_id?: string;
        instance_id?: string;
        state?: 'started' | 'stopped' | 'suspended' | 'destroyed' | 'failed' | 'settled';
        timeout?: number;
        version?: string;
      };
      path: {
        app_name: string;
        machine_id: string;
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['WaitMachineResponse'];
        };
      };
      400: {
        content: {
          'application/json': components['schemas']['ErrorResponse'];
        };
      };
    };
  };
  Platform_regions_get: {
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['main.regionResponse'];
        };
      };
    };
  };
  CurrentToken_show: {
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['CurrentTokenResponse'];
        };
      };
      401: {
        content: {
          'application/json': components['schemas']['ErrorResponse'];
        };
      };
      500: {
        content: {
          'application/json': components['schemas']['ErrorResponse'];
        };
      };
    };
  };
}
