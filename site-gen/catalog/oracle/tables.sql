SELECT t.owner AS table_schema, t.table_name,
       CASE WHEN t.partitioned = 'YES' THEN 'partitioned' WHEN t.temporary = 'Y' THEN 'temporary' ELSE 'table' END AS table_kind,
       t.num_rows AS row_estimate, COUNT(*) OVER () AS total_rows
  FROM all_tables t
 WHERE t.owner IN (SELECT username FROM all_users WHERE oracle_maintained = 'N')
   AND t.nested = 'NO' AND t.secondary = 'N' AND t.dropped = 'NO'
   AND NOT EXISTS (SELECT 1 FROM all_mviews m WHERE m.owner = t.owner AND m.mview_name = t.table_name)
 ORDER BY t.owner, t.table_name;
