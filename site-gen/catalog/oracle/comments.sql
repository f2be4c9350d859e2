SELECT q.*, COUNT(*) OVER () AS total_rows
  FROM (SELECT CASE m.table_type WHEN 'VIEW' THEN 'VIEW' ELSE 'TABLE' END AS object_type, m.owner AS table_schema, m.table_name,
               CAST(NULL AS VARCHAR2(128)) AS object_name, m.comments AS comment_text
          FROM all_tab_comments m
         WHERE m.owner IN (SELECT username FROM all_users WHERE oracle_maintained = 'N') AND m.comments IS NOT NULL
           AND (m.table_type = 'VIEW' OR EXISTS (SELECT 1 FROM all_tables t WHERE t.owner = m.owner AND t.table_name = m.table_name AND t.nested = 'NO' AND t.secondary = 'N' AND t.dropped = 'NO'
                  AND NOT EXISTS (SELECT 1 FROM all_mviews x WHERE x.owner = t.owner AND x.mview_name = t.table_name)))
        UNION ALL
        SELECT 'COLUMN', c.owner, c.table_name, c.column_name, c.comments
          FROM all_col_comments c
         WHERE c.owner IN (SELECT username FROM all_users WHERE oracle_maintained = 'N') AND c.comments IS NOT NULL
           AND EXISTS (SELECT 1 FROM all_tables t WHERE t.owner = c.owner AND t.table_name = c.table_name AND t.nested = 'NO' AND t.secondary = 'N' AND t.dropped = 'NO'
                  AND NOT EXISTS (SELECT 1 FROM all_mviews m WHERE m.owner = t.owner AND m.mview_name = t.table_name))) q
 ORDER BY q.table_schema, q.table_name, q.object_type, q.object_name;
