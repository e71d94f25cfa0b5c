begin
  raise exception '% is append-only: % refused', tg_table_name, lower(tg_op)
    using errcode = 'insufficient_privilege',
          hint = 'Add a correcting entry; the retention job detaches whole partitions.';
end
