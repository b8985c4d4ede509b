# Creates a PostgreSQL server, runs it until standard input ends, and removes it.
# Arguments: the folder of the programs, the folder of the server, port, user.
set -u
bin=$1 dir=$2 port=$3 user=$4
exec 3<&0 </dev/null
trap 'rm -rf "$dir"' EXIT

"$bin/initdb" -D "$dir/data" -U "$user" --pwfile="$dir/password" -A scram-sha-256 \
  -E UTF8 --no-locale --no-sync >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log"; exit 1; }

# No test simulates a power failure of the server, so it need not wait for disks.
"$bin/postgres" -D "$dir/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
  -c fsync=off -c full_page_writes=off -c autovacuum=off -c max_connections=200 -c shared_buffers=32MB \
  -c logging_collector=off 2>&1 &
server=$!
{ cat <&3; kill -QUIT "$server"; } >/dev/null 2>&1 &
watch=$!
wait "$server"
ended=$?
kill "$watch" 2>/dev/null
exit "$ended"
