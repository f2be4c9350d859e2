SELECT k.owner AS table_schema, k.table_name, k.constraint_name, 'CHECK' AS constraint_type,
       k.search_condition AS definition, COUNT(*) OVER () AS total_rows
  FROM all_constraints k
 WHERE k.owner NOT IN ('SYS', 'SYSDBA', 'SYSAUDITOR', 'SYSSSO', 'SYSDBO', 'CTISYS')
   AND k.constraint_type = 'C'
   AND EXISTS (SELECT 1 FROM all_tables t WHERE t.owner = k.owner AND t.table_name = k.table_name)
 ORDER BY k.owner, k.table_name, k.constraint_name;
