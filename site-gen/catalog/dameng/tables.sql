SELECT t.owner AS table_schema, t.table_name, CASE t.partitioned WHEN 'YES' THEN 'partitioned' ELSE 'table' END AS table_kind,
       t.num_rows AS row_estimate, COUNT(*) OVER () AS total_rows
  FROM all_tables t
 WHERE t.owner NOT IN ('SYS', 'SYSDBA', 'SYSAUDITOR', 'SYSSSO', 'SYSDBO', 'CTISYS')
 ORDER BY t.owner, t.table_name;
