SELECT i.table_owner AS table_schema, i.table_name, i.index_name,
       CASE i.uniqueness WHEN 'UNIQUE' THEN 'YES' ELSE 'NO' END AS is_unique,
       CASE WHEN EXISTS (SELECT 1 FROM all_constraints k WHERE k.owner = i.table_owner AND k.table_name = i.table_name AND k.index_name = i.index_name AND k.constraint_type IN ('P', 'U')) THEN 'YES' ELSE 'NO' END AS of_key,
       i.index_type, ic.column_position AS position,
       CASE WHEN ic.column_name LIKE 'SYS\_NC%$' ESCAPE '\' THEN '(expression)' ELSE ic.column_name END AS column_expression,
       CASE ic.descend WHEN 'DESC' THEN 'YES' ELSE 'NO' END AS is_descending, COUNT(*) OVER () AS total_rows
  FROM all_indexes i
  JOIN all_ind_columns ic ON ic.index_owner = i.owner AND ic.index_name = i.index_name
 WHERE i.table_owner IN (SELECT username FROM all_users WHERE oracle_maintained = 'N')
   AND EXISTS (SELECT 1 FROM all_tables t WHERE t.owner = i.table_owner AND t.table_name = i.table_name AND t.nested = 'NO' AND t.secondary = 'N' AND t.dropped = 'NO'
                  AND NOT EXISTS (SELECT 1 FROM all_mviews m WHERE m.owner = t.owner AND m.mview_name = t.table_name))
 ORDER BY i.table_owner, i.table_name, i.index_name, ic.column_position;
