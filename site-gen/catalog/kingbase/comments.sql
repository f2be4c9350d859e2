SELECT q.*, COUNT(*) OVER () AS total_rows
  FROM (SELECT CASE WHEN d.objsubid > 0 THEN 'COLUMN' WHEN c.relkind IN ('v', 'm') THEN 'VIEW' ELSE 'TABLE' END AS object_type,
               n.nspname AS table_schema, c.relname AS table_name, a.attname AS object_name, d.description AS comment_text
          FROM sys_description d
          JOIN sys_class c ON c.oid = d.objoid AND (c.relkind IN ('r', 'p', 'f') OR (c.relkind IN ('v', 'm') AND d.objsubid = 0))
          JOIN sys_namespace n ON n.oid = c.relnamespace
          LEFT JOIN sys_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
         WHERE d.classoid = 'sys_class'::regclass AND n.nspname NOT IN ('sys_catalog', 'pg_catalog', 'information_schema', 'sys', 'sysaudit', 'sysmac', 'xlog_record_read', 'dbms_sql', 'src_restrict', 'anon') AND n.nspname NOT LIKE 'sys\_%' AND n.nspname NOT LIKE 'pg\_%'
        UNION ALL
        SELECT 'INDEX', n.nspname, c.relname, i.relname, d.description
          FROM sys_description d
          JOIN sys_index x ON x.indexrelid = d.objoid
          JOIN sys_class i ON i.oid = x.indexrelid
          JOIN sys_class c ON c.oid = x.indrelid AND c.relkind IN ('r', 'p', 'f')
          JOIN sys_namespace n ON n.oid = c.relnamespace
         WHERE d.classoid = 'sys_class'::regclass AND d.objsubid = 0 AND n.nspname NOT IN ('sys_catalog', 'pg_catalog', 'information_schema', 'sys', 'sysaudit', 'sysmac', 'xlog_record_read', 'dbms_sql', 'src_restrict', 'anon') AND n.nspname NOT LIKE 'sys\_%' AND n.nspname NOT LIKE 'pg\_%'
        UNION ALL
        SELECT 'CONSTRAINT', n.nspname, c.relname, k.conname, d.description
          FROM sys_description d
          JOIN sys_constraint k ON k.oid = d.objoid
          JOIN sys_class c ON c.oid = k.conrelid AND c.relkind IN ('r', 'p', 'f')
          JOIN sys_namespace n ON n.oid = c.relnamespace
         WHERE d.classoid = 'sys_constraint'::regclass AND n.nspname NOT IN ('sys_catalog', 'pg_catalog', 'information_schema', 'sys', 'sysaudit', 'sysmac', 'xlog_record_read', 'dbms_sql', 'src_restrict', 'anon') AND n.nspname NOT LIKE 'sys\_%' AND n.nspname NOT LIKE 'pg\_%'
        UNION ALL
        SELECT 'TRIGGER', n.nspname, c.relname, t.tgname, d.description
          FROM sys_description d
          JOIN sys_trigger t ON t.oid = d.objoid
          JOIN sys_class c ON c.oid = t.tgrelid AND c.relkind IN ('r', 'p', 'f')
          JOIN sys_namespace n ON n.oid = c.relnamespace
         WHERE d.classoid = 'sys_trigger'::regclass AND n.nspname NOT IN ('sys_catalog', 'pg_catalog', 'information_schema', 'sys', 'sysaudit', 'sysmac', 'xlog_record_read', 'dbms_sql', 'src_restrict', 'anon') AND n.nspname NOT LIKE 'sys\_%' AND n.nspname NOT LIKE 'pg\_%') q
 ORDER BY q.table_schema, q.table_name, q.object_type, q.object_name;
