#!/usr/bin/env bash
# The ATM producer and consumer on Kubernetes: put there, started with a load, stopped, taken away.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
namespace=kafka

usage() {
  cat <<'TEXT'
usage: atm.sh COMMAND [options]

  deploy [--image IMAGE] [--pull-policy POLICY] [--bootstrap-servers LIST]
                           namespace, settings, consumer and producer; settings that are there stay as they are. The
                           producer does not run yet, and one that runs is stopped
  start [-r, --rate N] [-b, --burst] [-t, --ttl D] [--topic T] [--detach]
                           (re)start the producer by its settings, changed where an option is given: N messages a
                           second, with --burst N at the start of each second or, without --rate, as fast as
                           acknowledgements allow; for D (30s, 10m, 1h), after which it is scaled to zero, or until it
                           is stopped. With --detach the command does not wait for that: the producer stays, idle
  start-consumer, stop-consumer
                           (re)start the consumer, or stop it
  stop                     stop the producer; what is in flight is still acknowledged
  status                   what runs, and the producer's last lines
  clean-up [--namespace]   take away both with their settings; with --namespace everything in it as well

For example:
  atm.sh deploy --image registry.example/kafka-load-engine:0.1.0 --bootstrap-servers kafka:9092
  atm.sh start -r 50 -t 2m
  atm.sh start -r 100 -b -t 10s
TEXT
}

fail() {
  printf 'atm.sh: %s\n' "$1" >&2
  exit 2
}

# The value of option $1 among the words after it.
value() {
  [[ $# -ge 2 && -n $2 && $2 != --* ]] || fail "$1 needs a value"
  printf '%s' "$2"
}

deploy() {
  local image='' policy='' servers=''
  while [[ $# -gt 0 ]]; do
    case $1 in
      --image)
        image=$(value "$@")
        shift 2
        ;;
      --pull-policy)
        policy=$(value "$@")
        shift 2
        ;;
      --bootstrap-servers)
        servers=$(value "$@")
        shift 2
        ;;
      *) fail "deploy does not take $1" ;;
    esac
  done
  [[ -z $image || $image =~ ^[A-Za-z0-9][A-Za-z0-9._/:@-]*$ ]] || fail "--image $image is not the name of an image"
  [[ -z $policy || $policy =~ ^(Always|IfNotPresent|Never)$ ]] || fail "--pull-policy $policy: Always, IfNotPresent or Never is expected"
  [[ -z $servers || $servers =~ ^[]A-Za-z0-9._:,[-]+$ ]] || fail "--bootstrap-servers $servers: HOST:PORT,HOST:PORT is expected"

  kubectl apply -f "$here/00-namespace.yaml"
  local name
  for name in atm-producer atm-consumer; do
    # Settings may have been edited: those that are there stay.
    if [[ -z $(kubectl -n "$namespace" get configmap "$name" --ignore-not-found --output=name) ]]; then
      sed '/^---$/,$d' "$here/$name.yaml" | kubectl apply -f -
    fi
    sed '1,/^---$/d' "$here/$name.yaml" | edited "$image" "$policy" "$servers" | kubectl apply -f -
  done
}

# A deployment with another image, pull policy and other servers, where they are given: changed before it is applied, for
# each change afterwards would roll the pods out once more.
edited() {
  local edits=(-e '')
  [[ -z $1 ]] || edits+=(-e "s|^\( *image:\) .*|\1 $1|")
  [[ -z $2 ]] || edits+=(-e "s|^\( *imagePullPolicy:\) .*|\1 $2|")
  [[ -z $3 ]] || edits+=(-e "/name: KAFKA_BOOTSTRAP_SERVERS/{n;s|value:.*|value: \"$3\"|;}")
  sed "${edits[@]}"
}

start() {
  local rate='' burst='' ttl='' topic='' detach=false
  while [[ $# -gt 0 ]]; do
    case $1 in
      -r | --rate)
        rate=$(value "$@")
        shift 2
        ;;
      -b | --burst | --burst-mode)
        burst=true
        shift
        ;;
      -t | --ttl | --duration)
        ttl=$(value "$@")
        shift 2
        ;;
      --topic)
        topic=$(value "$@")
        shift 2
        ;;
      --detach)
        detach=true
        shift
        ;;
      *) fail "start does not take $1" ;;
    esac
  done
  [[ -z $rate || $rate =~ ^[0-9]+(\.[0-9]+)?(/[smhd])?$ ]] || fail "--rate $rate: a number, 600/m or 1000/h is expected"
  [[ -z $ttl || $ttl =~ ^([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+$|^[0-9]+$ ]] || fail "--ttl $ttl: 30s, 10m or 1h is expected"
  [[ -z $topic || $topic =~ ^[A-Za-z0-9._-]+$ ]] || fail "--topic $topic is not the name of a topic"

  stop
  local settings
  settings=$(kubectl -n "$namespace" get configmap atm-producer --output='jsonpath={.data.producer\.yaml}')
  [[ -n $settings ]] || fail 'there are no settings in the namespace: atm.sh deploy comes first'
  changed "$settings" "$rate" "$burst" "$ttl" "$topic" | config_map | kubectl apply -f -
  scale atm-producer 1
  kubectl -n "$namespace" rollout status deployment/atm-producer --timeout=120s
  [[ -n $ttl && $detach == false ]] || return 0
  local seconds
  seconds=$(seconds_of "$ttl")
  printf 'The producer sends for %s and is then scaled to zero; after Ctrl-C it stays, idle, until atm.sh stop.\n' "$ttl"
  # Some seconds for its start; what it has sent is sent, and it waits for that (metrics_linger).
  sleep "$((seconds + 10))"
  stop
}

# The settings $1 with what `start` was told: flags of `load atm` by their names. After a time to live the process stays
# with its last metrics, until it is stopped: one that ended would be started again, and send once more. Without one,
# what an earlier time to live wrote is taken back.
changed() {
  local settings=$1 rate=$2 burst=$3 ttl=$4 topic=$5
  if [[ -n $rate || -n $burst ]]; then
    [[ -n $rate ]] && settings=$(with "$settings" rate "$rate") || settings=$(without "$settings" rate)
    settings=$(with "$settings" burst_mode "${burst:-false}")
  fi
  [[ -z $topic ]] || settings=$(with "$settings" topic "\"$topic\"")
  if [[ -n $ttl ]]; then
    settings=$(with "$(with "$settings" duration "$ttl")" metrics_linger 100d)
  elif grep -q '^metrics_linger: 100d$' <<<"$settings"; then
    settings=$(with "$(without "$settings" metrics_linger)" duration endless)
  fi
  printf '%s\n' "$settings"
}

# The settings $1 with `$2: $3`, in its place where there is one.
with() {
  if grep -q "^$2:" <<<"$1"; then
    sed "s|^$2:.*|$2: $3|" <<<"$1"
  else
    printf '%s\n%s: %s\n' "$1" "$2" "$3"
  fi
}

without() {
  sed "/^$2:/d" <<<"$1"
}

# The ConfigMap of atm-producer.yaml with the settings on stdin.
config_map() {
  sed '/^  producer.yaml: |$/q' "$here/atm-producer.yaml"
  sed 's/^/    /'
}

# Whole seconds of a time like 1h30m or 90, rounded up.
seconds_of() {
  awk -v text="$1" 'BEGIN {
    unit["ms"] = 0.001; unit["s"] = 1; unit["m"] = 60; unit["h"] = 3600; unit["d"] = 86400
    if (text ~ /^[0-9]+$/) text = text "s"
    while (match(text, /^[0-9.]+/)) {
      number = substr(text, 1, RLENGTH); text = substr(text, RLENGTH + 1)
      match(text, /^[a-z]+/); total += number * unit[substr(text, 1, RLENGTH)]; text = substr(text, RLENGTH + 1)
    }
    print int(total) + (total > int(total))
  }'
}

scale() {
  kubectl -n "$namespace" scale "deployment/$1" "--replicas=$2"
}

start_consumer() {
  scale atm-consumer 1
  # Settings are read when a pod starts.
  kubectl -n "$namespace" rollout restart deployment/atm-consumer
}

stop() {
  scale atm-producer 0
  if [[ -n $(kubectl -n "$namespace" get pods --selector=app.kubernetes.io/name=atm-producer --output=name) ]]; then
    kubectl -n "$namespace" wait --for=delete pods --selector=app.kubernetes.io/name=atm-producer --timeout=90s
  fi
}

status() {
  kubectl -n "$namespace" get deployments,pods,configmaps --selector=app.kubernetes.io/part-of=atm
  kubectl -n "$namespace" logs deployment/atm-producer --tail=5 || true
}

clean_up() {
  [[ $# -eq 0 || $1 == --namespace ]] || fail "clean-up does not take $1"
  [[ $# -le 1 ]] || fail "clean-up does not take $2"
  kubectl -n "$namespace" delete deployments,configmaps --selector=app.kubernetes.io/part-of=atm --ignore-not-found
  [[ ${1:-} != --namespace ]] || kubectl delete namespace "$namespace" --ignore-not-found
}

for word in "$@"; do
  [[ $word != -h && $word != --help ]] || {
    usage
    exit
  }
done
command=${1:-}
[[ $# -eq 0 ]] || shift
case $command in
  deploy | start) "$command" "$@" ;;
  stop | status | start-consumer | stop-consumer)
    [[ $# -eq 0 ]] || fail "$command does not take $1"
    case $command in
      start-consumer) start_consumer ;;
      stop-consumer) scale atm-consumer 0 ;;
      *) "$command" ;;
    esac
    ;;
  clean-up) clean_up "$@" ;;
  help) usage ;;
  '')
    usage >&2
    exit 2
    ;;
  *) fail "there is no command $command; atm.sh help lists them" ;;
esac
