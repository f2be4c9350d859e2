SELECT q.*, COUNT(*) OVER () AS total_rows
  FROM (SELECT s.name AS table_schema, t.name AS table_name, k.name AS key_name,
               CASE k.type WHEN 'PK' THEN 'PRIMARY' ELSE 'UNIQUE' END AS key_type, ic.key_ordinal AS position, c.name AS column_name,
               CAST(NULL AS sysname) AS ref_schema, CAST(NULL AS sysname) AS ref_table, CAST(NULL AS sysname) AS ref_column,
               CAST(NULL AS nvarchar(60)) AS on_delete, CAST(NULL AS nvarchar(60)) AS on_update
          FROM sys.key_constraints k
          JOIN sys.tables t ON t.object_id = k.parent_object_id AND t.is_ms_shipped = 0
          JOIN sys.schemas s ON s.schema_id = t.schema_id
          JOIN sys.index_columns ic ON ic.object_id = t.object_id AND ic.index_id = k.unique_index_id AND ic.key_ordinal > 0
          JOIN sys.columns c ON c.object_id = t.object_id AND c.column_id = ic.column_id
        UNION ALL
        SELECT s.name, t.name, f.name, 'FOREIGN', fc.constraint_column_id, c.name, rs.name, rt.name, rc.name,
               f.delete_referential_action_desc, f.update_referential_action_desc
          FROM sys.foreign_keys f
          JOIN sys.tables t ON t.object_id = f.parent_object_id AND t.is_ms_shipped = 0
          JOIN sys.schemas s ON s.schema_id = t.schema_id
          JOIN sys.foreign_key_columns fc ON fc.constraint_object_id = f.object_id
          JOIN sys.columns c ON c.object_id = fc.parent_object_id AND c.column_id = fc.parent_column_id
          JOIN sys.tables rt ON rt.object_id = f.referenced_object_id
          JOIN sys.schemas rs ON rs.schema_id = rt.schema_id
          JOIN sys.columns rc ON rc.object_id = fc.referenced_object_id AND rc.column_id = fc.referenced_column_id) q
 ORDER BY q.table_schema, q.table_name, q.key_name, q.position;
