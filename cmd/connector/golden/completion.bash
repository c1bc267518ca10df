# bash completion of connector: put it into ~/.bashrc as  source <(connector completion bash)
_connector() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}"
  local path="connector" words="" options="" word i skip=0
  # bash gives the "=" of --option=value as a word of its own.
  if [[ "$cur" == "=" ]]; then
    cur=""
  elif [[ "$prev" == "=" ]]; then
    prev="${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    if ((skip)); then
      skip=0
      continue
    fi
    case "$word" in
    =) skip=1 ;;
    --user-pool-id|--region|--user-id|--rate|--aws-profile|--aws-access-key-id-file|--aws-secret-access-key-file|--aws-session-token-file|--aws-assume-role-arn|--aws-assume-role-external-id|--aws-assume-role-session-name|--aws-assume-role-duration-seconds|--endpoint-url|--https-proxy|--http-proxy|--no-proxy|--http-timeout-seconds|--file|-f|--state-dir|--output|--log-level|--log-format|--config|--groups-allow|--groups-deny|--max-deletions-per-hour|--max-disables-per-hour|--max-invitations-per-hour|--max-groups-per-user|--client-secret-file|--listen|--with|--account-id)
      if [[ "${COMP_WORDS[i+1]}" != "=" ]]; then skip=1; fi
      ;;
    -*) ;;
    *)
      case "$path $word" in
      "connector sync"|"connector serve"|"connector validate"|"connector list"|"connector capabilities"|"connector config"|"connector iam-policy"|"connector version"|"connector completion"|"connector help"|"connector list users"|"connector list groups"|"connector list members"|"connector config show"|"connector completion bash"|"connector completion zsh"|"connector completion fish"|"connector completion powershell") path="$path $word" ;;
      esac
      ;;
    esac
  done
  COMPREPLY=()
  case "$prev" in
  --aws-access-key-id-file|--aws-secret-access-key-file|--aws-session-token-file|--file|-f|--state-dir|--config|--client-secret-file)
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
    return
    ;;
  --user-pool-id|--region|--user-id|--rate|--aws-profile|--aws-access-key-id-file|--aws-secret-access-key-file|--aws-session-token-file|--aws-assume-role-arn|--aws-assume-role-external-id|--aws-assume-role-session-name|--aws-assume-role-duration-seconds|--endpoint-url|--https-proxy|--http-proxy|--no-proxy|--http-timeout-seconds|--file|-f|--state-dir|--output|--log-level|--log-format|--config|--groups-allow|--groups-deny|--max-deletions-per-hour|--max-disables-per-hour|--max-invitations-per-hour|--max-groups-per-user|--client-secret-file|--listen|--with|--account-id)
    case "$path $prev" in
    "connector sync --user-id") words="sub username" ;;
    "connector sync --output") words="table json jsonl csv" ;;
    "connector sync --log-level") words="debug info warn error" ;;
    "connector sync --log-format") words="console json" ;;
    "connector serve --user-id") words="sub username" ;;
    "connector serve --log-level") words="debug info warn error" ;;
    "connector serve --log-format") words="console json" ;;
    "connector validate --output") words="table json jsonl csv" ;;
    "connector validate --log-level") words="debug info warn error" ;;
    "connector validate --log-format") words="console json" ;;
    "connector list users --user-id") words="sub username" ;;
    "connector list users --output") words="table json jsonl csv" ;;
    "connector list users --log-level") words="debug info warn error" ;;
    "connector list users --log-format") words="console json" ;;
    "connector list groups --user-id") words="sub username" ;;
    "connector list groups --output") words="table json jsonl csv" ;;
    "connector list groups --log-level") words="debug info warn error" ;;
    "connector list groups --log-format") words="console json" ;;
    "connector list members --user-id") words="sub username" ;;
    "connector list members --output") words="table json jsonl csv" ;;
    "connector list members --log-level") words="debug info warn error" ;;
    "connector list members --log-format") words="console json" ;;
    "connector config show --user-id") words="sub username" ;;
    "connector config show --output") words="table json jsonl csv" ;;
    "connector config show --log-level") words="debug info warn error" ;;
    "connector config show --log-format") words="console json" ;;
    "connector iam-policy --with") words="provisioning" ;;
    "connector version --output") words="text json" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    return
    ;;
  esac
  case "$path" in
    "connector") words="sync serve validate list capabilities config iam-policy version completion help" options="--version -v --help -h" ;;
    "connector sync") words="" options="--user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --http-timeout-seconds --file -f --accept-shrink --state-dir --output --log-level --log-format --config --help -h" ;;
    "connector serve") words="" options="--user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --http-timeout-seconds --provisioning -p --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-hour --max-groups-per-user --client-secret-file --listen --state-dir --log-level --log-format --config --help -h" ;;
    "connector validate") words="" options="--user-pool-id --region --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --http-timeout-seconds --output --log-level --log-format --config --help -h" ;;
    "connector list") words="users groups members" options="--help -h" ;;
    "connector list users") words="" options="--user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --http-timeout-seconds --output --log-level --log-format --config --help -h" ;;
    "connector list groups") words="" options="--user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --http-timeout-seconds --output --log-level --log-format --config --help -h" ;;
    "connector list members") words="" options="--user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --http-timeout-seconds --output --log-level --log-format --config --help -h" ;;
    "connector capabilities") words="" options="--help -h" ;;
    "connector config") words="show" options="--help -h" ;;
    "connector config show") words="" options="--user-pool-id --region --user-id --rate --aws-profile --aws-access-key-id-file --aws-secret-access-key-file --aws-session-token-file --aws-assume-role-arn --aws-assume-role-external-id --aws-assume-role-session-name --aws-assume-role-duration-seconds --allow-secret-flags --endpoint-url --use-fips-endpoint --use-dualstack-endpoint --https-proxy --http-proxy --no-proxy --http-timeout-seconds --file -f --accept-shrink --provisioning -p --dry-run --groups-allow --groups-deny --allow-role-groups --allow-federated-writes --delete-requires-disabled --max-deletions-per-hour --max-disables-per-hour --max-invitations-per-hour --max-groups-per-user --client-secret-file --listen --state-dir --output --log-level --log-format --config --help -h" ;;
    "connector iam-policy") words="" options="--with --account-id --user-pool-id --region --config --help -h" ;;
    "connector version") words="" options="--output --help -h" ;;
    "connector completion") words="bash zsh fish powershell" options="--help -h" ;;
  esac
  if [[ "$cur" == -* ]]; then words="$options"; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _connector connector
