/** How a run of GitHub Actions and its jobs look in answers. */

export type RunFacts = {
  id: number;
  workflow: { id: number; name: string; file: string };
  sha: string;
  branch: string | null;
  title: string;
  number: number;
  attempt: number;
  event: string;
  status: string;
  conclusion: string | null;
  /** When its present attempt began, and last changed. */
  at: string;
  changed: string;
  actor: object;
};
export type JobFacts = {
  id: number;
  name: string;
  status: string;
  conclusion: string | null;
  at: string;
  ended: string | null;
};

export function viewRun(publicUrl: string, repo: string, repository: object, run: RunFacts) {
  const url = `${publicUrl}/repos/${repo}/actions/runs/${run.id}`;
  return {
    id: run.id,
    name: run.workflow.name,
    node_id: `WFR_${run.id}`,
    head_branch: run.branch,
    head_sha: run.sha,
    path: `.github/workflows/${run.workflow.file}`,
    display_title: run.title,
    run_number: run.number,
    run_attempt: run.attempt,
    run_started_at: run.at,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflow.id,
    url,
    html_url: `${publicUrl}/${repo}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: run.at,
    updated_at: run.changed,
    actor: run.actor,
    triggering_actor: run.actor,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${publicUrl}/repos/${repo}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    workflow_url: `${publicUrl}/repos/${repo}/actions/workflows/${run.workflow.id}`,
    head_commit: null,
    repository,
    head_repository: repository,
  };
}

export function viewJob(publicUrl: string, repo: string, run: RunFacts, job: JobFacts) {
  return {
    id: job.id,
    run_id: run.id,
    run_url: `${publicUrl}/repos/${repo}/actions/runs/${run.id}`,
    run_attempt: run.attempt,
    node_id: `JOB_${job.id}`,
    head_sha: run.sha,
    workflow_name: run.workflow.name,
    head_branch: run.branch,
    name: job.name,
    url: `${publicUrl}/repos/${repo}/actions/jobs/${job.id}`,
    html_url: `${publicUrl}/${repo}/actions/runs/${run.id}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: job.at,
    started_at: job.at,
    completed_at: job.ended,
    steps: [],
    check_run_url: `${publicUrl}/repos/${repo}/check-runs/${job.id}`,
    labels: ['ubuntu-latest'],
    runner_id: 1,
    runner_name: 'GitHub Actions 1',
    runner_group_id: 1,
    runner_group_name: 'GitHub Actions',
  };
}
