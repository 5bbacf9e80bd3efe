#!/usr/bin/env bash
# The ATM producer and consumer on Kubernetes: put there, started with a load, stopped, taken away.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
namespace=kafka

usage() {
  cat <<'TEXT'
usage: atm.sh COMMAND [options]

  deploy [--image IMAGE] [--bootstrap-servers LIST]
                           namespace, settings, consumer and producer; the producer does not run yet, and one
                           that runs is stopped
  start [--rate N] [--burst] [--ttl D] [--topic T]
                           (re)start the producer: N messages a second (5), with --burst N at the start of each
                           second, or, without --rate, as fast as acknowledgements allow; for D (30s, 10m, 1h)
                           and then no more, or until it is stopped
  stop                     stop the producer; what is in flight is still acknowledged
  status                   what runs, and the producer's last lines
  clean-up [--namespace]   take away both with their settings; with --namespace everything in it as well

For example:
  atm.sh deploy --image registry.example/kafka-load-engine:0.1.0 --bootstrap-servers kafka:9092
  atm.sh start --rate 50 --ttl 2m
  atm.sh start --rate 100 --burst --ttl 10s
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
  local image='' servers=''
  while [[ $# -gt 0 ]]; do
    case $1 in
      --image)
        image=$(value "$@")
        shift 2
        ;;
      --bootstrap-servers)
        servers=$(value "$@")
        shift 2
        ;;
      *) fail "deploy does not take $1" ;;
    esac
  done
  [[ -z $image || $image =~ ^[A-Za-z0-9][A-Za-z0-9._/:@-]*$ ]] || fail "--image $image is no name of an image"
  [[ -z $servers || $servers =~ ^[]A-Za-z0-9._:,[-]+$ ]] || fail "--bootstrap-servers $servers: HOST:PORT,HOST:PORT is expected"

  kubectl apply -f "$here/00-namespace.yaml"
  {
    manifest atm-producer "$image" "$servers"
    echo ---
    manifest atm-consumer "$image" "$servers"
  } | kubectl apply -f -
}

# $1.yaml with another image and other servers, where they are said: changed before it is applied, for each change
# afterwards would roll the pods out once more.
manifest() {
  local edits=(-e '')
  [[ -z $2 ]] || edits+=(-e "s|^\( *image:\) .*|\1 $2|")
  [[ -z $3 ]] || edits+=(-e "/name: KAFKA_BOOTSTRAP_SERVERS/{n;s|value:.*|value: \"$3\"|;}")
  sed "${edits[@]}" "$here/$1.yaml"
}

start() {
  local rate='' burst=false ttl='' topic=atm-transactions
  while [[ $# -gt 0 ]]; do
    case $1 in
      --rate)
        rate=$(value "$@")
        shift 2
        ;;
      --burst)
        burst=true
        shift
        ;;
      --ttl)
        ttl=$(value "$@")
        shift 2
        ;;
      --topic)
        topic=$(value "$@")
        shift 2
        ;;
      *) fail "start does not take $1" ;;
    esac
  done
  [[ -z $rate || $rate =~ ^[0-9]+(\.[0-9]+)?(/[smhd])?$ ]] || fail "--rate $rate: a number, 600/m or 1000/h is expected"
  [[ -z $ttl || $ttl =~ ^([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+$|^[0-9]+$ ]] || fail "--ttl $ttl: 30s, 10m or 1h is expected"
  [[ $topic =~ ^[A-Za-z0-9._-]+$ ]] || fail "--topic $topic is no name of a topic"
  [[ -n $rate || $burst == true ]] || rate=5

  stop
  settings "$rate" "$burst" "$ttl" "$topic" | kubectl apply -f -
  kubectl -n "$namespace" scale deployment/atm-producer --replicas=1
  kubectl -n "$namespace" rollout status deployment/atm-producer --timeout=120s
}

# The ConfigMap of atm-producer.yaml with other settings: flags of `load atm` by their names. After a time to live the
# process stays with its last metrics: one that ended would be started again, and send once more.
settings() {
  local rate=$1 burst=$2 ttl=$3 topic=$4
  cat <<YAML
apiVersion: v1
kind: ConfigMap
metadata:
  name: atm-producer
  namespace: $namespace
  labels:
    app.kubernetes.io/name: atm-producer
    app.kubernetes.io/part-of: atm
data:
  producer.yaml: |
    topic: "$topic"
    burst_mode: $burst
YAML
  [[ -z $rate ]] || printf '    rate: %s\n' "$rate"
  if [[ -n $ttl ]]; then
    printf '    duration: %s\n    metrics_linger: 100d\n' "$ttl"
  else
    printf '    duration: 24h\n'
  fi
}

stop() {
  kubectl -n "$namespace" scale deployment/atm-producer --replicas=0
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
  stop | status)
    [[ $# -eq 0 ]] || fail "$command does not take $1"
    "$command"
    ;;
  clean-up) clean_up "$@" ;;
  help) usage ;;
  '')
    usage >&2
    exit 2
    ;;
  *) fail "there is no command $command; atm.sh help lists them" ;;
esac
