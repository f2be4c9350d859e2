SELECT c.owner AS table_schema, c.table_name, c.column_id AS ordinal, c.column_name,
       CASE WHEN c.data_type IN ('VARCHAR', 'VARCHAR2', 'CHAR', 'CHARACTER', 'BINARY', 'VARBINARY') THEN c.data_type || '(' || c.data_length || ')'
            WHEN c.data_type IN ('DECIMAL', 'NUMERIC', 'NUMBER', 'DEC') AND c.data_precision > 0 THEN c.data_type || '(' || c.data_precision || CASE WHEN c.data_scale > 0 THEN ',' || c.data_scale ELSE '' END || ')'
            ELSE c.data_type END AS data_type,
       CASE c.nullable WHEN 'Y' THEN 'YES' ELSE 'NO' END AS is_nullable, c.data_default AS default_value, COUNT(*) OVER () AS total_rows
  FROM all_tab_columns c
 WHERE c.owner NOT IN ('SYS', 'SYSDBA', 'SYSAUDITOR', 'SYSSSO', 'SYSDBO', 'CTISYS')
   AND EXISTS (SELECT 1 FROM all_tables t WHERE t.owner = c.owner AND t.table_name = c.table_name)
 ORDER BY c.owner, c.table_name, c.column_id;
