#!/usr/bin/env bash
# A real Slurm of this one machine, for the tests of array jobs:
#
#     settings=$(scripts/slurm.sh start) && eval "$settings"    # sets SLURM_CONF; now sbatch, squeue … work
#     scripts/slurm.sh status                                   # 0: serving, 3: not
#     scripts/slurm.sh stop                                     # cancels its jobs, ends its daemons
#
# Everything of it (settings, key, sockets, logs, spool) lies in one directory, PLUMB_SLURM_DIR or else
# plumb-slurm-UID in the temporary directory, and it listens on free ports of the loopback interface alone:
# a Slurm that the machine has already is not touched. As root on Debian it first installs what is missing.
set -euo pipefail
umask 022

state=${PLUMB_SLURM_DIR:-${TMPDIR:-/tmp}/plumb-slurm-$(id -u)}
case $state in /*) ;; *) state=$PWD/$state ;; esac
export SLURM_CONF=$state/slurm.conf
PATH=$PATH:/usr/sbin:/sbin
daemons=(slurmd slurmctld munged) # in the order in which they are stopped
wait_secs=60

say() { echo "slurm.sh: $*" >&2; }

die() {
    say "$1"
    exit "${2:-1}"
}

# The process of one of our daemons, if it lives. A number that another program has got since is not ours:
# the command line of ours names the directory.
pid_of() {
    local pid
    pid=$(cat "$state/$1.pid" 2>/dev/null) && [ -n "$pid" ] &&
        tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$1 " &&
        tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$state/" &&
        echo "$pid"
}

all_live() {
    local daemon
    for daemon in "${daemons[@]}"; do
        pid_of "$daemon" >/dev/null || return 1
    done
}

# Whether the node takes jobs. A controller that is down would let sinfo wait for long.
serving() {
    all_live && timeout 5 sinfo --noheader --format=%T 2>/dev/null |
        grep -qxE 'idle|mixed|allocated|completing'
}

# Waits up to $1 seconds until the command that follows succeeds.
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.2
    done
}

no_jobs() { [ -z "$(timeout 5 squeue --noheader 2>/dev/null)" ]; }
gone() { ! kill -0 "$1" 2>/dev/null; }

free_port() {
    local port
    while :; do
        # Below the ports that Linux gives to outgoing connections.
        port=$((20000 + RANDOM % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

install_missing() {
    local missing=() program
    for program in munged slurmctld slurmd sbatch sinfo; do
        command -v "$program" >/dev/null || missing+=("$program")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        die "missing: ${missing[*]}; on Debian: apt-get install slurm-wlm munge" 2
    fi
    say "installing slurm-wlm and munge"
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends slurm-wlm munge >&2
}

write_settings() {
    local ctld_port slurmd_port
    ctld_port=$(free_port)
    slurmd_port=$(free_port)
    while [ "$slurmd_port" = "$ctld_port" ]; do slurmd_port=$(free_port); done
    cat >"$SLURM_CONF" <<CONF
ClusterName=plumb
SlurmctldHost=localhost
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
SlurmctldPort=$ctld_port
SlurmdPort=$slurmd_port
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket=$state/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
SchedulerParameters=batch_sched_delay=0,sched_interval=1
ReturnToService=2
KillWait=2
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.pid
SlurmctldLogFile=$state/slurmctld.log
SlurmdLogFile=$state/slurmd.log
StateSaveLocation=$state/state
SlurmdSpoolDir=$state/spool
NodeName=localhost CPUs=$(nproc) State=UNKNOWN
PartitionName=plumb Nodes=localhost Default=YES MaxTime=INFINITE State=UP
CONF
}

start_daemons() {
    # --force: munged else refuses a directory that other users cannot enter, but this Slurm is for one user.
    (umask 077 && head -c 128 /dev/urandom >"$state/munge.key") &&
        munged --force --socket="$state/munge.socket" --key-file="$state/munge.key" --pid-file="$state/munged.pid" \
            --log-file="$state/munged.log" --seed-file="$state/munge.seed" &&
        slurmctld -f "$SLURM_CONF" &&
        slurmd -N localhost -f "$SLURM_CONF" &&
        wait_for "$wait_secs" serving
}

start() {
    install_missing
    if ! serving; then
        stop
        # Blanks and # mean something else in slurm.conf.
        case $state in *[!A-Za-z0-9/._+-]*) die "a path that slurm.conf cannot hold: $state" 2 ;; esac
        mkdir -p "$(dirname "$state")"
        mkdir "$state" || die "$state cannot be made; PLUMB_SLURM_DIR names another place"
        write_settings
        mkdir -m 700 "$state/state"
        mkdir "$state/spool"
        if ! start_daemons >"$state/start.log" 2>&1; then
            say "no node was ready, waited for up to $wait_secs s; the ends of the logs:"
            tail -n 20 "$state"/*.log >&2 || true
            stop
            exit 1
        fi
    fi
    printf 'export SLURM_CONF=%q\n' "$SLURM_CONF"
}

stop() {
    local daemon pid
    # Nothing there, or an empty directory that the caller made.
    [ -e "$state" ] && ! rmdir "$state" 2>/dev/null || return 0
    # A directory that somebody else put there, or that holds other things, is not ours to empty.
    if [ ! -O "$state" ] || [ -L "$state" ] || [ ! -d "$state" ] || [ ! -e "$SLURM_CONF" ]; then
        die "$state is not a directory of this script; PLUMB_SLURM_DIR names another place"
    fi
    if serving; then
        # Else their processes would outlive the daemons. Nobody else's jobs are here.
        timeout 5 squeue --noheader --format=%A | sort -u | xargs --no-run-if-empty scancel || true
        wait_for 15 no_jobs || say "some jobs did not end"
    fi
    for daemon in "${daemons[@]}"; do
        if pid=$(pid_of "$daemon"); then
            kill "$pid"
            wait_for 10 gone "$pid" || kill -KILL "$pid"
        fi
    done
    rm -rf "$state"
}

status() {
    if serving; then
        echo "serving: SLURM_CONF=$SLURM_CONF"
        sinfo
        squeue
    else
        echo "not running"
        exit 3
    fi
}

case ${1:-} in
start | stop | status) "$1" ;;
*) die "usage: scripts/slurm.sh start|stop|status" 2 ;;
esac
