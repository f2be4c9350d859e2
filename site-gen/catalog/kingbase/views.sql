SELECT n.nspname AS view_schema, c.relname AS view_name, CASE c.relkind WHEN 'm' THEN 'YES' ELSE 'NO' END AS is_materialized,
       sys_get_viewdef(c.oid) AS definition, COUNT(*) OVER () AS total_rows
  FROM sys_class c
  JOIN sys_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('sys_catalog', 'pg_catalog', 'information_schema', 'sys', 'sysaudit', 'sysmac', 'xlog_record_read', 'dbms_sql', 'src_restrict', 'anon') AND n.nspname NOT LIKE 'sys\_%' AND n.nspname NOT LIKE 'pg\_%'
 ORDER BY n.nspname, c.relname;
