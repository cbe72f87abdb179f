/** Types of the part of Fly's Machines API that secrets and volumes use, generated from the vendor's OpenAPI document. */

// Made like machines-api.ts. A secret's value is left out on purpose, and so are the parameters that would ask for it.

export interface paths {
  '/apps/{app_name}/secrets': {
    get: operations['Secrets_list'];
  };
  '/apps/{app_name}/secrets/{secret_name}': {
    delete: operations['Secret_delete'];
  };
  '/apps/{app_name}/volumes': {
    get: operations['Volumes_list'];
    post: operations['Volumes_create'];
  };
  '/apps/{app_name}/volumes/{volume_id}': {
    get: operations['Volumes_get_by_id'];
  };
  '/apps/{app_name}/volumes/{volume_id}/extend': {
    put: operations['Volumes_extend'];
  };
  '/apps/{app_name}/volumes/{volume_id}/snapshots': {
    get: operations['Volumes_list_snapshots'];
    post: operations['createVolumeSnapshot'];
  };
}
interface components {
  schemas: {
    AppSecret: {
      created_at?: string;
      digest?: string;
      name?: string;
      updated_at?: string;
    };
    AppSecrets: {
      secrets?: components['schemas']['AppSecret'][];
    };
    CreateVolumeRequest: {
      auto_backup_enabled?: boolean;
      encrypted?: boolean;
      fstype?: string;
      name?: string;
      region?: string;
      require_unique_zone?: boolean;
      size_gb?: number;
      snapshot_id?: string;
      snapshot_retention?: number;
      source_volume_id?: string;
      unique_zone_app_wide?: boolean;
    };
    DeleteAppSecretResponse: {
      version?: number;
      Version?: number;
    };
    ExtendVolumeRequest: {
      size_gb?: number;
    };
    ExtendVolumeResponse: {
      needs_restart?: boolean;
      volume?: components['schemas']['Volume'];
    };
    Volume: {
      attached_alloc_id?: string;
      attached_machine_id?: string;
      auto_backup_enabled?: boolean;
      block_size?: number;
      blocks?: number;
      blocks_avail?: number;
      blocks_free?: number;
      bytes_total?: number;
      bytes_used?: number;
      created_at?: string;
      encrypted?: boolean;
      fstype?: string;
      host_status?: 'ok' | 'unknown' | 'unreachable';
      id?: string;
      name?: string;
      region?: string;
      size_gb?: number;
      snapshot_retention?: number;
      state?: string;
      type?: 'local' | 'cache';
      zone?: string;
    };
    VolumeSnapshot: {
      created_at?: string;
      digest?: string;
      id?: string;
      retention_days?: number;
      size?: number;
      status?: string;
      volume_size?: number;
    };
  };
}
interface operations {
  Secrets_list: {
    parameters: {
      path: {
        app_name: string;
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['AppSecrets'];
        };
      };
    };
  };
  Secret_delete: {
    parameters: {
      path: {
        app_name: string;
        secret_name: string;
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['DeleteAppSecretResponse'];
        };
      };
    };
  };
  Volumes_list: {
    parameters: {
      query?: {
        summary?: boolean;
      };
      path: {
        app_name: string;
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['Volume'][];
        };
      };
    };
  };
  Volumes_create: {
    parameters: {
      path: {
        app_name: string;
      };
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateVolumeRequest'];
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['Volume'];
        };
      };
    };
  };
  Volumes_get_by_id: {
    parameters: {
      path: {
        app_name: string;
        volume_id: string;
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['Volume'];
        };
      };
    };
  };
  Volumes_extend: {
    parameters: {
      path: {
        app_name: string;
        volume_id: string;
      };
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ExtendVolumeRequest'];
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['ExtendVolumeResponse'];
        };
      };
    };
  };
  Volumes_list_snapshots: {
    parameters: {
      path: {
        app_name: string;
        volume_id: string;
      };
    };
    responses: {
      200: {
        content: {
          'application/json': components['schemas']['VolumeSnapshot'][];
        };
      };
    };
  };
  createVolumeSnapshot: {
    parameters: {
      path: {
        app_name: string;
        volume_id: string;
      };
    };
    responses: {
      200: Record<string, never>;
    };
  };
}
