-- data_default 为 LONG，不可与分析函数同列，行数另查。 data_default is a LONG, so the rows are counted apart.
SELECT c.owner AS table_schema, c.table_name, c.column_id AS ordinal, c.column_name,
       CASE WHEN c.data_type IN ('VARCHAR2', 'CHAR') THEN c.data_type || '(' || c.char_length || CASE c.char_used WHEN 'C' THEN ' CHAR' ELSE ' BYTE' END || ')'
            WHEN c.data_type IN ('NVARCHAR2', 'NCHAR') THEN c.data_type || '(' || c.char_length || ')'
            WHEN c.data_type = 'RAW' THEN 'RAW(' || c.data_length || ')'
            WHEN c.data_type = 'NUMBER' AND c.data_precision IS NOT NULL THEN 'NUMBER(' || c.data_precision || CASE WHEN NVL(c.data_scale, 0) <> 0 THEN ',' || c.data_scale END || ')'
            ELSE c.data_type END AS data_type,
       CASE c.nullable WHEN 'Y' THEN 'YES' ELSE 'NO' END AS is_nullable,
       CASE WHEN c.virtual_column = 'YES' THEN 'VIRTUAL' WHEN i.column_name IS NOT NULL THEN 'IDENTITY' END AS generated,
       (SELECT COUNT(*)  FROM all_tab_cols c
          JOIN all_tables t ON t.owner = c.owner AND t.table_name = c.table_name AND t.nested = 'NO' AND t.secondary = 'N' AND t.dropped = 'NO'
         WHERE c.owner IN (SELECT username FROM all_users WHERE oracle_maintained = 'N')
           AND c.hidden_column = 'NO' AND NOT EXISTS (SELECT 1 FROM all_mviews m WHERE m.owner = t.owner AND m.mview_name = t.table_name)) AS total_rows,
       c.data_default AS default_value
  FROM all_tab_cols c
  JOIN all_tables t ON t.owner = c.owner AND t.table_name = c.table_name AND t.nested = 'NO' AND t.secondary = 'N' AND t.dropped = 'NO'
  LEFT JOIN all_tab_identity_cols i ON i.owner = c.owner AND i.table_name = c.table_name AND i.column_name = c.column_name
 WHERE c.owner IN (SELECT username FROM all_users WHERE oracle_maintained = 'N')
   AND c.hidden_column = 'NO' AND NOT EXISTS (SELECT 1 FROM all_mviews m WHERE m.owner = t.owner AND m.mview_name = t.table_name)
 ORDER BY c.owner, c.table_name, c.column_id;
