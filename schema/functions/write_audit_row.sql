declare
  who     uuid := nullif(current_setting('app.user_id', true), '')::uuid;
  subject jsonb;
  changed jsonb := '[]';
begin
  if tg_op = 'DELETE' then
    subject := to_jsonb(old);
  else
    subject := to_jsonb(new);
  end if;

  -- Names only: a log that repeated the values would be a second copy of the PHI.
  if tg_op = 'UPDATE' then
    select coalesce(jsonb_agg(after.key order by after.key), '[]')
      into changed
      from jsonb_each(subject) as after
     where after.value is distinct from to_jsonb(old) -> after.key;
  end if;

  -- Without a user it was a job or a migration.
  if who is null then
    insert into system_audit_log ("tenantId", component, action, entity_type, entity_id, details, ip)
    values ((subject ->> 'tenantId')::uuid, session_user, lower(tg_op), tg_table_name,
            (subject ->> 'id')::uuid, jsonb_build_object('changed', changed), inet_client_addr());
  else
    insert into user_action_audit_log ("tenantId", user_id, action, entity_type, entity_id, details, ip)
    values ((subject ->> 'tenantId')::uuid, who, lower(tg_op), tg_table_name,
            (subject ->> 'id')::uuid, jsonb_build_object('changed', changed), inet_client_addr());
  end if;

  return null;
end
