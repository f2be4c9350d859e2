SELECT n.nspname AS table_schema, c.relname AS table_name,
       CASE c.relkind WHEN 'p' THEN 'partitioned' WHEN 'f' THEN 'foreign' ELSE 'table' END AS table_kind,
       CASE WHEN c.reltuples >= 0 THEN CAST(c.reltuples AS bigint) END AS row_estimate, COUNT(*) OVER () AS total_rows
  FROM sys_class c
  JOIN sys_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname NOT IN ('sys_catalog', 'pg_catalog', 'information_schema', 'sys', 'sysaudit', 'sysmac', 'xlog_record_read', 'dbms_sql', 'src_restrict', 'anon') AND n.nspname NOT LIKE 'sys\_%' AND n.nspname NOT LIKE 'pg\_%'
 ORDER BY n.nspname, c.relname;
