-- text_vc 至多 4000 字符，更长的定义按未提供处理。 text_vc holds 4000 characters; a longer definition counts as not provided.
SELECT v.owner AS view_schema, v.view_name, v.text_vc AS definition, v.text_length AS definition_length, COUNT(*) OVER () AS total_rows
  FROM all_views v
 WHERE v.owner IN (SELECT username FROM all_users WHERE oracle_maintained = 'N')
 ORDER BY v.owner, v.view_name;
