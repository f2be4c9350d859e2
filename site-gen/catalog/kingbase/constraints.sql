SELECT n.nspname AS table_schema, c.relname AS table_name, k.conname AS constraint_name,
       CASE k.contype WHEN 'c' THEN 'CHECK' ELSE 'EXCLUDE' END AS constraint_type,
       sys_get_constraintdef(k.oid) AS definition, COUNT(*) OVER () AS total_rows
  FROM sys_constraint k
  JOIN sys_class c ON c.oid = k.conrelid
  JOIN sys_namespace n ON n.oid = c.relnamespace
 WHERE k.contype IN ('c', 'x') AND c.relkind IN ('r', 'p', 'f') AND n.nspname NOT IN ('sys_catalog', 'pg_catalog', 'information_schema', 'sys', 'sysaudit', 'sysmac', 'xlog_record_read', 'dbms_sql', 'src_restrict', 'anon') AND n.nspname NOT LIKE 'sys\_%' AND n.nspname NOT LIKE 'pg\_%'
 ORDER BY n.nspname, c.relname, k.conname;
