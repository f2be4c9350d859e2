SELECT n.nspname AS table_schema, c.relname AS table_name, t.tgname AS trigger_name,
       CASE WHEN (t.tgtype & 2) <> 0 THEN 'BEFORE' WHEN (t.tgtype & 64) <> 0 THEN 'INSTEAD OF' ELSE 'AFTER' END AS timing,
       SUBSTR(CASE WHEN (t.tgtype & 4) <> 0 THEN ' OR INSERT' ELSE '' END || CASE WHEN (t.tgtype & 16) <> 0 THEN ' OR UPDATE' ELSE '' END
              || CASE WHEN (t.tgtype & 8) <> 0 THEN ' OR DELETE' ELSE '' END || CASE WHEN (t.tgtype & 32) <> 0 THEN ' OR TRUNCATE' ELSE '' END, 5) AS event,
       sys_get_triggerdef(t.oid) AS definition, COUNT(*) OVER () AS total_rows
  FROM sys_trigger t
  JOIN sys_class c ON c.oid = t.tgrelid
  JOIN sys_namespace n ON n.oid = c.relnamespace
 WHERE NOT t.tgisinternal AND c.relkind IN ('r', 'p', 'f') AND n.nspname NOT IN ('sys_catalog', 'pg_catalog', 'information_schema', 'sys', 'sysaudit', 'sysmac', 'xlog_record_read', 'dbms_sql', 'src_restrict', 'anon') AND n.nspname NOT LIKE 'sys\_%' AND n.nspname NOT LIKE 'pg\_%'
 ORDER BY n.nspname, c.relname, t.tgname;
