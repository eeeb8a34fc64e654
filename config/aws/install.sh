#!/bin/bash
# Installs a release of Aviary on a Debian machine, or goes over to another one; as root:
#
#   bash install.sh ARCHIVE SHA256        ARCHIVE is a file, or an address such as s3://my-bucket/deploy/aviary-0.2.0-release.tar.gz
#
# The release that runs now goes on until the new one is built and has accepted accounts.yaml. It is replaced for good only
# when the new one is healthy; otherwise it is started again, with Airflow's database as it was.
# Running it again with the same release changes nothing, and repairs what is not as it should be.
#
#   /etc/aviary/accounts.yaml      yours: no install changes it
#   /etc/aviary/environment        yours: the lake, the secret, and settings that override the release's
#   /etc/aviary/generated.env      made once: Airflow's own secrets, and the address of its database
#   /opt/aviary/releases/VERSION   a release with its Python environment; /opt/aviary/current is the last healthy one
#   /opt/aviary/database-copies    Airflow's database from before each change of release
#   /var/lib/aviary                Airflow's home
set -euo pipefail

OPT=/opt/aviary ETC=/etc/aviary VAR=/var/lib/aviary
UNITS=(api-server scheduler dag-processor)
HEALTHY_WITHIN=${AVIARY_HEALTHY_WITHIN:-300} # seconds
BACK_WITHIN=$((HEALTHY_WITHIN > 300 ? HEALTHY_WITHIN : 300)) # for the old release, when the new one is not healthy
KEEP=3                                       # releases
DATABASE=aviary

say() { echo "aviary: $*"; }
fail() { echo "aviary: $*" >&2; exit 1; }

# The one place that starts and stops anything. AVIARY_SERVICES names a program to be asked instead, where no systemd runs.
services() { ${AVIARY_SERVICES:-systemctl} "$@"; }

as_postgres() { runuser -u postgres -- env -C / "$@"; }
sql() { as_postgres psql -XAtq -v ON_ERROR_STOP=1 -p "$port" -d "${2:-$DATABASE}" -c "$1"; }

install_packages() {
    local missing=() package
    for package in python3 python3-venv postgresql ca-certificates; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

fetch_archive() { # prints the file
    case $1 in
    s3://*)
        [ -x $OPT/current/.venv/bin/python ] || fail "an address needs an installed release to fetch it; give a file"
        local file=$work/${1##*/}
        run_in "$OPT/current" -c 'import boto3, sys
bucket, _, key = sys.argv[1].removeprefix("s3://").partition("/")
boto3.client("s3").download_file(bucket, key, sys.argv[2])' "$1" "$file" >&2 || fail "$1 cannot be fetched; the lines above say why"
        echo "$file" ;;
    *) [ -f "$1" ] || fail "there is no file $1"; echo "$1" ;;
    esac
}

run_in() ( # Python of a release, with the settings of this machine, in a shell of its own
    local release=$1; shift
    set -a
    . "$release/config/aws/instance.env"
    . $ETC/environment
    set +a
    cd $VAR
    PYTHONPATH=$release exec "$release/.venv/bin/python" "$@"
)

unpack() { # an archive to $release, with its Python environment; what was begun and not finished is made anew
    if [ -e "$release/.installed" ]; then
        [ "$(cat "$release/.installed")" = "$sha256" ] || fail "another archive of version $version is installed already; \
give the new one a version of its own (pipeline/version.py)"
        return
    fi
    say "building $version"
    rm -rf "$release"
    mkdir -p "$release"
    tar -xzf "$archive" --strip-components=1 --no-same-owner -C "$release"
    python3 -m venv "$release/.venv"
    # uv alone by pip, and the rest by uv, as `make install` does. The lock with the drivers of PostgreSQL is Celery's.
    awk '/^[^ #]/ {uv = /^uv==/} uv' "$release/requirements.lock" >"$work/uv.lock"
    "$release/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --target "$work/uv" --require-hashes -r "$work/uv.lock"
    UV_CACHE_DIR=$OPT/cache "$work/uv/bin/uv" pip sync --quiet --compile-bytecode --python "$release/.venv/bin/python" \
        --require-hashes "$release/requirements-celery.lock"
    "$release/.venv/bin/python" -m compileall -q "$release/dags" "$release/pipeline" "$release/reports" "$release/config/airflow"
    echo "$sha256" >"$release/.installed"
}

prepare_machine() {
    getent passwd aviary >/dev/null || useradd --system --home-dir $VAR --shell /usr/sbin/nologin aviary
    install -d -m 0755 $OPT $OPT/releases $ETC
    install -d -m 0700 -o aviary -g aviary $VAR $VAR/airflow
    install -d -m 0700 -o postgres -g postgres $OPT/database-copies
    # Airflow writes its generated login there.
    local passwords=$VAR/airflow/simple_auth_manager_passwords.json.generated
    [ -e $passwords ] || install -m 0600 -o aviary -g aviary /dev/null $passwords
    [ -e $ETC/environment ] || fail "there is no $ETC/environment; it must set AVIARY_LAKE, AVIARY_SECRET and AWS_DEFAULT_REGION"
}

prepare_database() {
    read -r cluster_version cluster port _ < <(pg_lsclusters --no-header)
    pg_lsclusters --no-header | grep -q online || services start "postgresql@$cluster_version-$cluster.service"
    for _ in $(seq 60); do as_postgres pg_isready -q -p "$port" && break; sleep 1; done
    # The system's user aviary is the database's, by the socket: there is no password, and no port is needed.
    [ "$(sql "select 1 from pg_roles where rolname = 'aviary'" postgres)" ] || sql "create role aviary login" postgres
    [ "$(sql "select 1 from pg_database where datname = '$DATABASE'" postgres)" ] || create_database
}

create_database() { sql "create database $DATABASE owner aviary encoding 'UTF8' locale 'C.UTF-8' template template0" postgres; }

generate_secrets() {
    local file=$ETC/generated.env
    [ -e $file ] && return
    (
        umask 077
        "$release/.venv/bin/python" - "$port" $DATABASE >$file.part <<'END'
import base64, os, secrets, sys
port, database = sys.argv[1:]
print("# Made once by install.sh; the same for all of Airflow's services. Without it, Airflow's stored Connections are unreadable.")
print(f"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN='postgresql+psycopg2:///{database}?host=/var/run/postgresql&port={port}'")
print(f"AIRFLOW__CORE__FERNET_KEY={base64.urlsafe_b64encode(os.urandom(32)).decode()}")
print(f"AIRFLOW__API__SECRET_KEY={secrets.token_urlsafe(32)}")
print(f"AIRFLOW__API_AUTH__JWT_SECRET={secrets.token_urlsafe(32)}")
END
    )
    PYTHONPATH=$release "$release/.venv/bin/python" -c \
        'from pipeline.local.capacity import parallelism; print(f"AIRFLOW__CORE__PARALLELISM={parallelism()}")' >>$file.part
    mv $file.part $file
}

accept_accounts() { # by the new release, before anything is stopped
    [ -e $ETC/accounts.yaml ] || install -m 0644 "$release/accounts.yaml" $ETC/accounts.yaml
    run_in "$release" -m pipeline check || fail "version $version does not accept $ETC/accounts.yaml, for the reasons above; nothing was changed"
}

version_of() { basename "$(readlink -f "$1")"; }

stop() { # a version
    local unit
    services stop "aviary-fresh@$1.timer"
    for unit in scheduler dag-processor api-server secret; do services stop "aviary-$unit@$1.service"; done
}

start() { # a version, by its own units
    local unit
    install -m 0644 $OPT/releases/"$1"/config/aws/systemd/* /etc/systemd/system/
    services daemon-reload
    for unit in "${UNITS[@]}"; do services start "aviary-$unit@$1.service" || return 1; done
    services start "aviary-fresh@$1.timer"
}

at_boot() { # enable|disable a version
    local unit
    for unit in "${UNITS[@]/%/@$2.service}" "fresh@$2.timer"; do services "$1" "aviary-$unit"; done
}

unhealthy() { # what a started version lacks; nothing, once it is healthy. Heartbeats from before $began are another version's.
    local unit broken
    # First, because the scheduler imports the DAG too, and ends where it cannot.
    broken=$(sql "select filename || ': ' || regexp_replace(rtrim(stacktrace, E'\n'), '.*\n', '') from import_error
        where timestamp >= '$began+00'" 2>/dev/null || true)
    [ -z "$broken" ] || { echo "BROKEN DAG: $broken"; return; }
    for unit in "${UNITS[@]}"; do
        services is-active --quiet "aviary-$unit@$1.service" || { echo "aviary-$unit@$1.service does not run"; return; }
    done
    run_in "$OPT/releases/$1" - "$began" <<'END' || return 0
import json, os, sys, urllib.request
try:
    with urllib.request.urlopen(os.environ["AIRFLOW__API__BASE_URL"] + "/api/v2/monitor/health", timeout=10) as answer:
        health = json.load(answer)
except (OSError, ValueError) as error:
    sys.exit(print(f"the API server does not answer: {error}") or 1)
for part in ("scheduler", "dag_processor"):
    beat = health[part][f"latest_{part}_heartbeat"] or ""
    if health[part]["status"] != "healthy" or beat[:19] < sys.argv[1]:
        sys.exit(print(f"Airflow's {part} is not healthy") or 1)
END
    [ "$(sql "select 1 from dag where dag_id = 'aviary_daily' and last_parsed_time >= '$began+00'")" ] || echo "aviary_daily is not parsed yet"
}

wait_until_healthy() { # a version
    local lacks
    until lacks=$(unhealthy "$1"); [ -z "$lacks" ]; do
        if ((SECONDS > deadline)) || [[ $lacks = BROKEN* ]]; then
            say "version $1 is not healthy: $lacks"
            return 1
        fi
        sleep 2
    done
}

bring_up() { # a version: starts it and waits, for so many seconds
    began=$(date -u +%Y-%m-%dT%H:%M:%S) deadline=$((SECONDS + ${2:-$HEALTHY_WITHIN}))
    start "$1" && wait_until_healthy "$1"
}

go_back() { # to the version before, with the database as it was
    stop "$version"
    [ "$before" ] || fail "version $version is not healthy, and there is none to go back to; journalctl -u 'aviary-*' says more"
    say "going back to $before"
    restore_database
    bring_up "$before" "$BACK_WITHIN" || fail "neither $version nor $before is healthy; journalctl -u 'aviary-*' says more"
    fail "version $version is not healthy; $before runs again, and nothing else has changed"
}

copy_database() {
    copy=$OPT/database-copies/before-$version.dump
    as_postgres pg_dump -p "$port" --format=custom --file "$copy" $DATABASE
}

restore_database() {
    sql "drop database $DATABASE with (force)" postgres
    create_database
    as_postgres pg_restore -p "$port" --dbname $DATABASE --exit-on-error "$copy"
}

remove_old_releases() { # all but the newest few; never the current one
    local old
    ls -1t $OPT/releases | tail -n +$((KEEP + 1)) | while read -r old; do
        [ "$old" = "$version" ] || rm -rf "${OPT:?}/releases/$old" "$OPT/database-copies/before-$old.dump"
    done
}

main() {
    [ $# -eq 2 ] || fail "usage: install.sh ARCHIVE SHA256"
    [ "$(id -u)" -eq 0 ] || fail "this needs root; run it by sudo"
    exec 9>/run/lock/aviary-install
    flock -n 9 || fail "another install is running"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    sha256=$2
    install_packages
    prepare_machine
    archive=$(fetch_archive "$1")
    echo "$sha256  $archive" | sha256sum --check --quiet --strict >/dev/null 2>&1 || fail "$1 has another checksum than $sha256; nothing was changed"
    version=$(tar -xzOf "$archive" aviary/pipeline/version.py | sed -n 's/^VERSION.*"\(.*\)"$/\1/p')
    [[ $version =~ ^[0-9A-Za-z.+-]+$ ]] || fail "$1 is no release of Aviary: it has no version"
    release=$OPT/releases/$version
    unpack
    prepare_database
    generate_secrets
    accept_accounts
    before=
    [ ! -e $OPT/current ] || before=$(version_of $OPT/current)
    if [ "$before" = "$version" ]; then
        bring_up "$version" || fail "version $version is not healthy; journalctl -u 'aviary-*' says more"
    else
        if [ "$before" ]; then
            say "stopping $before"
            stop "$before"
            copy_database || { bring_up "$before"; fail "Airflow's database could not be copied; $before runs again"; }
            trap 'say "interrupted"; go_back' HUP INT TERM
        fi
        say "starting $version"
        bring_up "$version" || go_back
        trap '' HUP INT TERM # the switch is made whole
        [ -z "$before" ] || at_boot disable "$before"
    fi
    at_boot enable "$version"
    ln -sfn "releases/$version" $OPT/current.new
    mv -T $OPT/current.new $OPT/current
    install -m 0755 $OPT/current/config/aws/aviary.sh /usr/local/sbin/aviary
    remove_old_releases
    say "version $version is healthy"
}

main "$@"
