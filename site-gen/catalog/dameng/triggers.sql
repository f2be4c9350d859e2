SELECT g.table_owner AS table_schema, g.table_name, g.trigger_name,
       CASE WHEN g.trigger_type LIKE 'BEFORE%' THEN 'BEFORE' WHEN g.trigger_type LIKE 'INSTEAD%' THEN 'INSTEAD OF' ELSE 'AFTER' END AS timing,
       g.triggering_event AS event, g.trigger_body AS definition, COUNT(*) OVER () AS total_rows
  FROM all_triggers g
 WHERE g.table_owner NOT IN ('SYS', 'SYSDBA', 'SYSAUDITOR', 'SYSSSO', 'SYSDBO', 'CTISYS')
   AND EXISTS (SELECT 1 FROM all_tables t WHERE t.owner = g.table_owner AND t.table_name = g.table_name)
 ORDER BY g.table_owner, g.table_name, g.trigger_name;
