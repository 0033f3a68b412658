# `run all`: every step with a limit, a line for each, and an archive. A part of run, which has the functions.

# The seconds that each step is sure of, of these, and its words. What one leaves over, those after it share.
readonly all_seconds=600 archive_seconds=10
readonly all_steps=('15 info' '70 warm' '110 check' '100 test' '15 record' '110 bench' '70 launch' '30 experiments'
  '70 peers')
readonly most_bytes=16000000 # of the archive
readonly timed_out=124 killed_late=137

all() {
  if asks_for_help "$@"; then
    echo "usage: ./run all [--seconds=N]    (exit code 1 if any of them failed or did not finish)"
    echo "Of $all_seconds seconds, the default, each is sure of this many; what one leaves over, those after it share:"
    printf '%4d %s\n' "$archive_seconds" 'results.tar.gz' ${all_steps[@]}
    return
  fi
  local seconds=$all_seconds later=$archive_seconds step share command lines=() worst=0
  SECONDS=0 # from here, however long it took to start
  case "$#${1:-}" in
    0) ;;
    1--seconds=*) seconds=$(seconds_of "$1") ;;
    *) refuse "all: it has one option, --seconds=N: $*" ;;
  esac
  for step in "${all_steps[@]}"; do
    later=$((later + ${step% *}))
  done
  for step in "${all_steps[@]}"; do
    read -r share command <<<"$step"
    later=$((later - share))
    take_step
  done
  printf '%s\n' "${lines[@]}" | tee "$results/all.txt"
  archive
  return $worst
}

# With the variables of all: runs the command, adds a line, and notes a failure.
take_step() {
  local most code=0 began=$SECONDS log=$results/$command.log outcome
  most=$(limit $((seconds - SECONDS)) "$share" "$later")
  if ((most == 0)); then
    worst=$failed
    lines+=("$command: not started: no time left")
    return
  fi
  say "$command, at most $most s"
  TMPDIR=$tmp LOGITOPS_KIT_SECONDS=$most within "$most" TERM "$here/run" "$command" >"$log" 2>&1 || code=$?
  case $code in
    "$timed_out" | "$killed_late") outcome="not finished in $most s" ;;
    *) outcome="exit code $code, $((SECONDS - began)) s of $most" ;;
  esac
  ((code == 0)) || worst=$failed
  lines+=("$command: $outcome, $log: $(last_line "$log")")
}

# Everything in the results but earlier archives; it is made outside of what it packs.
archive() {
  local file=$results/results.tar.gz bytes
  tar -C "$results/.." --exclude='*.tar.gz' -czf "$tmp/results.tar.gz" "$(basename "$results")"
  mv "$tmp/results.tar.gz" "$file"
  bytes=$(stat -c %s "$file")
  if ((bytes < most_bytes)); then
    echo "archive: $file, bytes=$bytes"
  else
    worst=$failed
    echo "archive: too large to carry away: $file, bytes=$bytes, most=$most_bytes"
  fi
}
