-- The statements of the kind `postgres`, for PostgreSQL 10 and later. One block each; the words beneath a
-- block's name say what it answers. Values come as parameters, never as text.

-- activity --
-- One row: the server, its sessions as far as we may see them, and the counters of this database.
SELECT
    current_setting('server_version') AS version,
    pg_is_in_recovery() AS in_recovery,
    extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()) AS uptime,
    current_setting('max_connections') AS max_connections,
    pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all,
    sessions.*,
    counters.*,
    standby.*
FROM (
    SELECT
        count(*) FILTER (WHERE is_client) AS connections,
        count(*) FILTER (WHERE is_other AND state = 'active') AS active,
        count(*) FILTER (WHERE is_other AND state = 'idle') AS idle,
        count(*) FILTER (WHERE is_other AND state LIKE 'idle in transaction%') AS idle_in_transaction,
        count(*) FILTER (WHERE is_other AND wait_event_type = 'Lock') AS waiting,
        coalesce(max(extract(epoch FROM clock_timestamp() - query_start))
            FILTER (WHERE is_other AND state = 'active'), 0) AS longest_query,
        coalesce(max(extract(epoch FROM clock_timestamp() - xact_start))
            FILTER (WHERE is_other), 0) AS longest_transaction
    FROM (
        -- Without pg_read_all_stats the type of other users' backends is hidden: NULL.
        SELECT *,
            coalesce(backend_type = 'client backend', usesysid IS NOT NULL AND datid IS NOT NULL) AS is_client,
            backend_type = 'client backend' AND pid <> pg_backend_pid() AS is_other
        FROM pg_catalog.pg_stat_activity
    ) AS backends
) AS sessions
CROSS JOIN (
    SELECT xact_commit, xact_rollback, blks_hit, blks_read, deadlocks
    FROM pg_catalog.pg_stat_database
    WHERE datname = current_database()
) AS counters
CROSS JOIN (
    SELECT
        receiving,
        CASE WHEN pg_is_in_recovery()
            THEN coalesce(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), 0)
            ELSE 0
        END AS replay_bytes,
        CASE
            WHEN NOT pg_is_in_recovery() THEN 0
            WHEN receiving AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
            ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
        END AS replay_lag
    FROM (SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver) AS receiving) AS receiver
) AS standby

-- running --
-- The queries of others that run now, for at least $1 seconds, longest first.
SELECT
    pid,
    usename AS user,
    datname AS database,
    extract(epoch FROM clock_timestamp() - query_start) AS seconds,
    coalesce(wait_event_type, '') AS waits_for,
    left(query, 300) AS query
FROM pg_catalog.pg_stat_activity
WHERE state = 'active'
    AND backend_type = 'client backend'
    AND pid <> pg_backend_pid()
    AND query_start <= clock_timestamp() - make_interval(secs => $1::double precision)
ORDER BY query_start
LIMIT 20

-- size --
-- One row: what the files of this database take.
SELECT pg_database_size(current_database()) AS size

-- limits --
-- Bound the statements that follow, in milliseconds: how long they may run, and wait for a lock.
SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false)
