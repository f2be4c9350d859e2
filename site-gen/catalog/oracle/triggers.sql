-- trigger_body 为 LONG，正文取自 all_source。 trigger_body is a LONG, so the text comes from all_source.
SELECT g.table_owner AS table_schema, g.table_name, g.trigger_name,
       REGEXP_SUBSTR(g.trigger_type, '^(BEFORE|AFTER|INSTEAD OF|COMPOUND)') AS timing, g.triggering_event AS event,
       (SELECT XMLCAST(XMLAGG(XMLELEMENT(e, s.text) ORDER BY s.line) AS CLOB)
          FROM all_source s WHERE s.owner = g.owner AND s.name = g.trigger_name AND s.type = 'TRIGGER') AS definition,
       COUNT(*) OVER () AS total_rows
  FROM all_triggers g
 WHERE g.table_owner IN (SELECT username FROM all_users WHERE oracle_maintained = 'N')
   AND EXISTS (SELECT 1 FROM all_tables t WHERE t.owner = g.table_owner AND t.table_name = g.table_name AND t.nested = 'NO' AND t.secondary = 'N' AND t.dropped = 'NO'
                  AND NOT EXISTS (SELECT 1 FROM all_mviews m WHERE m.owner = t.owner AND m.mview_name = t.table_name))
 ORDER BY g.table_owner, g.table_name, g.trigger_name;
