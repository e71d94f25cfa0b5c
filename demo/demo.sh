#!/usr/bin/env bash
# The five-minute walk: a fresh database, a half-built one, and drift. On a throwaway server, which goes with the
# script; nothing else on this machine is touched.
#   demo/demo.sh          after `cargo build --release`; PLUMB names another binary
#   LINES_SHOWN=400 ...   shows more of the long plans
set -euo pipefail
cd "$(dirname "$0")/.."
plumb=$PWD/${PLUMB:-target/release/plumb}
[[ ${PLUMB:-} == /* ]] && plumb=$PLUMB
shown=${LINES_SHOWN:-45}
unset DATABASE_URL ${!PG*}

bin=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
bin=${bin%/initdb}
[[ -x $bin/initdb ]] || bin=$(dirname "$(readlink -f "$(command -v initdb)")")
[[ -x $plumb && -x $bin/initdb ]] || { echo "demo: run 'make demo', which builds and installs what this needs" >&2; exit 1; }

# PostgreSQL refuses to run as root.
user=()
if ((EUID == 0)); then
  name=$(id -un postgres 2>/dev/null || echo nobody)
  user=(setpriv "--reuid=$name" "--regid=$(id -g "$name")" --clear-groups)
fi
server() { (cd "$work" && ${user[@]+"${user[@]}"} "$bin/$1" "${@:2}"); }

work=$(mktemp -d /tmp/plumb-demo.XXXXXX)
clean_up() {
  server pg_ctl stop -D "$work/data" -m immediate >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
((EUID != 0)) || chown "$name" "$work"

bold='' faint='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then bold=$'\e[1m' faint=$'\e[2m' plain=$'\e[0m'; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

# Shows a command of plumb and the beginning of what it prints; the URL by the name of its database.
run() {
  local status=0 lines command="plumb $*"
  command=${command//"$query"/}
  printf '\n%s$ %s%s\n' "$faint" "${command//"$work/"/}" "$plain"
  "$plumb" "$@" >"$work/out" 2>"$work/err" || status=$?
  lines=$(wc -l <"$work/out")
  if ((lines > shown)); then
    head -n $((shown - 8)) "$work/out"
    printf '%s   ... %d lines more ...%s\n' "$faint" $((lines - shown)) "$plain"
    tail -n 8 "$work/out"
  else
    cat "$work/out"
  fi
  cat "$work/err"
  return "$status"
}

say "A throwaway server"
server initdb -D "$work/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >/dev/null
server pg_ctl start -w -D "$work/data" -l "$work/log" \
  -o "-c listen_addresses='' -c unix_socket_directories='$work' -c fsync=off" >/dev/null
psql() { "$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$work" -U postgres "$@"; }
query="?host=$work&user=postgres"
psql -c 'CREATE DATABASE hospital' -c 'CREATE DATABASE halfway' postgres
echo "PostgreSQL $("$bin/postgres" --version | sed 's/.*) \([0-9.]*\).*/\1/'), gone when this ends"

say "1. What does schema/ declare? Without a database, plan shows what it takes to build it from nothing."
run plan --schema schema

say "2. A fresh database gets all of it."
run apply --schema schema --yes --url "postgresql:///hospital$query"
psql hospital -At -F ' ' -c "SELECT 'there now:', count(*) FILTER (WHERE relkind IN ('r', 'p')) || ' tables,',
  count(*) FILTER (WHERE relkind IN ('i', 'I')) || ' indexes'
  FROM pg_class WHERE relnamespace = 'public'::regnamespace"

say "3. Another database: the organisation layer, half-built by hand (demo/half-built.sql)."
psql halfway -f demo/half-built.sql
organisation=$work/organisation
mkdir "$organisation"
cp -r schema/manage.toml schema/roles.toml schema/mixins.toml schema/organisation "$organisation/"
echo "One table is right. Of the others, one lacks a column, one has a wrong default, and an index has another name."
run plan --schema "$organisation" --url "postgresql:///halfway$query"

say "   The index need not be built again, only renamed: one line of the declaration says so."
sed -i 's/^\(api_keys_organization_id_idx\) = \(.*\)$/\1 = { sql = \2, renamed_from = "api_keys_org" }/' \
  "$organisation/organisation/api_keys.toml"
grep renamed_from "$organisation/organisation/api_keys.toml"
run plan --schema "$organisation" --url "postgresql:///halfway$query"
run apply --schema "$organisation" --yes --url "postgresql:///halfway$query"
echo
psql halfway -At -F ' ' -c "SELECT 'rows kept:', (SELECT count(*) FROM team_members) || ' team_members,',
  (SELECT count(*) FROM api_keys) || ' api_keys,', (SELECT count(*) FROM invitations) || ' invitations'"

say "4. At night, somebody repairs something by hand ..."
psql hospital -c 'ALTER TABLE facility ALTER COLUMN time_zone DROP DEFAULT'
echo "ALTER TABLE facility ALTER COLUMN time_zone DROP DEFAULT"
status=0
run drift --schema schema --url "postgresql:///hospital$query" || status=$?
echo "exit $status"
((status == 2)) || { echo "demo: drift should have found it" >&2; exit 1; }

say "   ... and apply puts it right."
run apply --schema schema --yes --url "postgresql:///hospital$query"
run drift --schema schema --url "postgresql:///hospital$query"
run drift --schema "$organisation" --url "postgresql:///halfway$query"
echo "no drift: exit 0"
