import { InputError, message } from '@zpin/contracts';
import type { Queries } from './database.ts';

/** Version of the tables. Others than this one are not touched. */
const VERSION = 1;

/**
 * All that sweeps keep, and what learners and workers of rollouts have to say to each other. A claim counts how often a trial was taken up: who comes
 * with an older one has lost the trial. A slot is a part of the environments of a run: its tasks are counted as they are asked and answered, and
 * its state is that after the last answer, for whichever worker has it next.
 */
const TABLES = `
CREATE SCHEMA IF NOT EXISTS zpin;
CREATE TABLE IF NOT EXISTS zpin.meta (version integer NOT NULL);
CREATE TABLE IF NOT EXISTS zpin.sweeps (
  id serial PRIMARY KEY,
  name text NOT NULL UNIQUE,
  plan jsonb NOT NULL,
  zpin_version text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS zpin.workers (
  id uuid PRIMARY KEY,
  host text NOT NULL,
  pid integer NOT NULL,
  zpin_version text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS zpin.trials (
  id serial PRIMARY KEY,
  sweep_id integer NOT NULL REFERENCES zpin.sweeps ON DELETE CASCADE,
  number integer NOT NULL,
  job_id uuid NOT NULL UNIQUE,
  state text NOT NULL CHECK (state IN ('running', 'complete', 'pruned', 'failed')),
  params jsonb NOT NULL,
  distributions jsonb NOT NULL,
  value double precision,
  user_attributes jsonb NOT NULL DEFAULT '{}',
  system_attributes jsonb NOT NULL DEFAULT '{}',
  worker_id uuid REFERENCES zpin.workers,
  claim integer NOT NULL DEFAULT 1,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  UNIQUE (sweep_id, number)
);
CREATE TABLE IF NOT EXISTS zpin.reports (
  trial_id integer NOT NULL REFERENCES zpin.trials ON DELETE CASCADE,
  step bigint NOT NULL,
  value double precision NOT NULL,
  PRIMARY KEY (trial_id, step)
);
CREATE TABLE IF NOT EXISTS zpin.metrics (
  trial_id integer NOT NULL REFERENCES zpin.trials ON DELETE CASCADE,
  seed bigint NOT NULL,
  step bigint NOT NULL,
  name text NOT NULL,
  value double precision NOT NULL,
  PRIMARY KEY (trial_id, seed, step, name)
);
CREATE TABLE IF NOT EXISTS zpin.files (
  trial_id integer NOT NULL REFERENCES zpin.trials ON DELETE CASCADE,
  seed bigint NOT NULL,
  path text NOT NULL,
  content bytea NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (trial_id, seed, path)
);
CREATE TABLE IF NOT EXISTS zpin.rollout_runs (
  id serial PRIMARY KEY,
  name text NOT NULL,
  learner_id uuid NOT NULL REFERENCES zpin.workers,
  zpin_version text NOT NULL,
  setup bytea NOT NULL,
  slots integer NOT NULL,
  policy bytea,
  policy_version integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS zpin.rollout_members (
  run_id integer NOT NULL REFERENCES zpin.rollout_runs ON DELETE CASCADE,
  worker_id uuid NOT NULL REFERENCES zpin.workers,
  PRIMARY KEY (run_id, worker_id)
);
CREATE TABLE IF NOT EXISTS zpin.rollout_tasks (
  run_id integer NOT NULL REFERENCES zpin.rollout_runs ON DELETE CASCADE,
  slot integer NOT NULL,
  asked integer NOT NULL DEFAULT 0,
  answered integer NOT NULL DEFAULT 0,
  task bytea,
  worker_id uuid,
  result bytea,
  state bytea,
  error text,
  PRIMARY KEY (run_id, slot)
);
CREATE OR REPLACE VIEW zpin.results AS
  SELECT sweeps.name AS sweep, trials.number AS trial, trials.state, trials.value, trials.params, files.seed,
    (convert_from(files.content, 'UTF8')::jsonb ->> 'evalReturnMean')::double precision AS return_mean,
    (convert_from(files.content, 'UTF8')::jsonb ->> 'wallSeconds')::double precision AS seconds
  FROM zpin.trials JOIN zpin.sweeps ON sweeps.id = trials.sweep_id
    LEFT JOIN zpin.files ON files.trial_id = trials.id AND files.path = 'summary.json';
`;

/** Number of the lock behind which tables are made: two that make them at once would disturb each other. */
const LOCK = 7_240_118;

/** Makes the tables where there are none. @throws InputError when those of another version are there */
export async function makeTables(queries: Queries, where: string): Promise<void> {
  await queries.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
  await queries.query(TABLES);
  const [found] = await queries.query('SELECT version FROM zpin.meta');
  if (!found) await queries.query('INSERT INTO zpin.meta VALUES ($1)', [VERSION]);
  else if (found.version !== VERSION) {
    const remedy = 'Use the version of zpin that made them, or another database';
    throw new InputError(message(where, `the tables of the queue must be of version ${VERSION}`, found.version, remedy));
  }
}
