SELECT q.*, COUNT(*) OVER () AS total_rows
  FROM (SELECT 'TABLE' AS object_type, t.table_schema AS table_schema, t.table_name AS table_name, NULL AS object_name, t.table_comment AS comment_text
          FROM information_schema.tables t
         WHERE t.table_type = 'BASE TABLE' AND t.table_comment <> '' AND t.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
        UNION ALL
        SELECT 'COLUMN', c.table_schema, c.table_name, c.column_name, c.column_comment
          FROM information_schema.columns c
          JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
         WHERE c.column_comment <> '' AND c.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
        UNION ALL
        SELECT 'INDEX', s.table_schema, s.table_name, s.index_name, s.index_comment
          FROM information_schema.statistics s
         WHERE s.index_comment <> '' AND s.seq_in_index = 1 AND s.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')) q
 ORDER BY q.table_schema, q.table_name, q.object_type, q.object_name;
