SELECT k.owner AS table_schema, k.table_name, k.constraint_name AS key_name,
       CASE k.constraint_type WHEN 'P' THEN 'PRIMARY' WHEN 'U' THEN 'UNIQUE' ELSE 'FOREIGN' END AS key_type,
       kc.position, kc.column_name,
       rc.owner AS ref_schema, rc.table_name AS ref_table, rc.column_name AS ref_column,
       CASE WHEN k.constraint_type = 'R' THEN k.delete_rule END AS on_delete, COUNT(*) OVER () AS total_rows
  FROM all_constraints k
  JOIN all_cons_columns kc ON kc.owner = k.owner AND kc.constraint_name = k.constraint_name AND kc.table_name = k.table_name
  LEFT JOIN all_cons_columns rc ON k.constraint_type = 'R' AND rc.owner = k.r_owner AND rc.constraint_name = k.r_constraint_name AND rc.position = kc.position
 WHERE k.owner NOT IN ('SYS', 'SYSDBA', 'SYSAUDITOR', 'SYSSSO', 'SYSDBO', 'CTISYS')
   AND k.constraint_type IN ('P', 'U', 'R')
   AND EXISTS (SELECT 1 FROM all_tables t WHERE t.owner = k.owner AND t.table_name = k.table_name)
 ORDER BY k.owner, k.table_name, k.constraint_name, kc.position;
