SELECT k.owner AS table_schema, k.table_name, k.constraint_name, 'CHECK' AS constraint_type,
       k.search_condition_vc AS definition, COUNT(*) OVER () AS total_rows
  FROM all_constraints k
 WHERE k.owner IN (SELECT username FROM all_users WHERE oracle_maintained = 'N')
   AND k.constraint_type = 'C'
   AND NOT (k.generated = 'GENERATED NAME' AND k.search_condition_vc LIKE '% IS NOT NULL')
   AND EXISTS (SELECT 1 FROM all_tables t WHERE t.owner = k.owner AND t.table_name = k.table_name AND t.nested = 'NO' AND t.secondary = 'N' AND t.dropped = 'NO'
                  AND NOT EXISTS (SELECT 1 FROM all_mviews m WHERE m.owner = t.owner AND m.mview_name = t.table_name))
 ORDER BY k.owner, k.table_name, k.constraint_name;
