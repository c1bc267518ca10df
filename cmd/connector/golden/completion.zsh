#compdef connector
# zsh completion of connector: put it on $fpath with  connector completion zsh > "${fpath[1]}/_connector"

_connector() {
  local state line
  _arguments -s -C \
    '(--version -v)'{--version,-v}'[Print the version]' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '1: :->command' \
    '*:: :->rest'
  case "$state" in
    command)
      local -a commands=(
      'sync:Read the whole pool into a .c1z file; a cut run goes on where it stood'
      'serve:Answer the Baton protocol over gRPC'
      'validate:Check pool, Region, credentials and each IAM action; change nothing'
      'list:Print users, groups or members, live from the pool'
      'capabilities:Print the capabilities as Baton'\''s connectors do (JSON)'
      'config:Print the settings as Baton'\''s connectors do (JSON)'
      'iam-policy:Print the least IAM policy that the connector needs (JSON)'
      'version:Print the version, and what it speaks'
      'completion:Print the completion script of a shell'
      'help:Show help for a command'
      )
      _describe -t commands command commands
      ;;
    rest)
      case "$line[1]" in
        sync) _connector_sync ;;
        serve) _connector_serve ;;
        validate) _connector_validate ;;
        list) _connector_list ;;
        capabilities) _connector_capabilities ;;
        config) _connector_config ;;
        iam-policy) _connector_iam_policy ;;
        version) _connector_version ;;
        completion) _connector_completion ;;
      esac
      ;;
  esac
}

_connector_sync() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--file -f)'{--file,-f}'[The .c1z file to write (default\: sync.c1z)]:path:_files' \
    '--accept-shrink[Publish although more than half of the users, groups or memberships are gone]' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for sync beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_serve() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--client-secret-file[File that holds client-secret]:path:_files' \
    '--listen[Address of the gRPC service on this machine\: host\:port, \:\:1\:port or unix\:/path (default\: 127.0.0.1\:50051)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for sync beside the sync file, otherwise the current directory)]:path:_files' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_validate() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_list() {
  local state line
  _arguments -s -C \
    '(--help -h)'{--help,-h}'[Show help]' \
    '1: :->command' \
    '*:: :->rest'
  case "$state" in
    command)
      local -a commands=(
      'users:Print every user'
      'groups:Print every group'
      'members:Print the members of one group'
      )
      _describe -t commands command commands
      ;;
    rest)
      case "$line[1]" in
        users) _connector_list_users ;;
        groups) _connector_list_groups ;;
        members) _connector_list_members ;;
      esac
      ;;
  esac
}

_connector_list_users() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_list_groups() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_list_members() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_capabilities() {
  _arguments -s \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_config() {
  local state line
  _arguments -s -C \
    '(--help -h)'{--help,-h}'[Show help]' \
    '1: :->command' \
    '*:: :->rest'
  case "$state" in
    command)
      local -a commands=(
      'show:Print each setting as it would count, and where it is from'
      )
      _describe -t commands command commands
      ;;
    rest)
      case "$line[1]" in
        show) _connector_config_show ;;
      esac
      ;;
  esac
}

_connector_config_show() {
  _arguments -s \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--user-id[What identifies an account\: sub never changes and is never used again (default\: sub)]:value:(sub username)' \
    '--rate[Requests per second for every quota category, or for some\: UserList=30,UserPoolRead=2 (UserList, UserRead, UserResourceRead, UserPoolRead, UserPoolResourceRead, UserCreation, UserUpdate, UserAccountRecovery, UserResourceUpdate, UserPoolResourceUpdate) (default\: 5)]:value: ' \
    '--aws-profile[Profile of the AWS shared files to take credentials from (default\: the AWS default chain)]:value: ' \
    '--aws-access-key-id-file[File that holds aws-access-key-id]:path:_files' \
    '--aws-secret-access-key-file[File that holds aws-secret-access-key]:path:_files' \
    '--aws-session-token-file[File that holds aws-session-token]:path:_files' \
    '--aws-assume-role-arn[Role to assume with these credentials, for a pool of another account]:value: ' \
    '--aws-assume-role-external-id[External id that the role'\''s trust policy asks for]:value: ' \
    '--aws-assume-role-session-name[Name of the role session, as CloudTrail shows it (default\: cognito-connector)]:value: ' \
    '--aws-assume-role-duration-seconds[Life of the role session; it is renewed by itself (900 to 43200; default\: 3600)]:value: ' \
    '--allow-secret-flags[Accept secrets on the command line, where every user of the machine can read them]' \
    '--endpoint-url[Another Cognito endpoint, for emulators and VPC endpoints; lifts the ceiling of --rate (default\: AWS, in the pool'\''s Region)]:value: ' \
    '--use-fips-endpoint[Call the FIPS 140 endpoint; GovCloud has no other]' \
    '--use-dualstack-endpoint[Call the endpoint that also speaks IPv6]' \
    '--https-proxy[Proxy for https endpoints]:value: ' \
    '--http-proxy[Proxy for http endpoints]:value: ' \
    '--no-proxy[Hosts to reach without a proxy, comma separated]:value: ' \
    '--http-timeout-seconds[The longest that one call may take (1 to 1800; default\: 300)]:value: ' \
    '(--file -f)'{--file,-f}'[The .c1z file to write (default\: sync.c1z)]:path:_files' \
    '--accept-shrink[Publish although more than half of the users, groups or memberships are gone]' \
    '(--provisioning -p)'{--provisioning,-p}'[Allow changes to the pool; without it the connector only reads]' \
    '--dry-run[Say what would be changed, change nothing]' \
    '--groups-allow[Groups that may be granted, created, changed or deleted\: whole names, comma separated, with * and ? (default\: all)]:value: ' \
    '--groups-deny[Groups that may not, though --groups-allow has them\: whole names, with * and ? (default\: none)]:value: ' \
    '--allow-role-groups[Allow granting groups that carry an IAM role, and setting such a role]' \
    '--allow-federated-writes[Allow passwords and attributes of profiles that belong to an identity provider to be written]' \
    '--delete-requires-disabled[Delete only accounts that are disabled already]' \
    '--max-deletions-per-hour[Deletions in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-disables-per-hour[Accounts disabled in any hour; 0 refuses all (0 to 1000000; default\: 100)]:value: ' \
    '--max-invitations-per-hour[Invitations in any hour; 0 refuses all, and Cognito'\''s own sender has 50 e-mails a day (0 to 1000000; default\: 50)]:value: ' \
    '--max-groups-per-user[Groups that one user may be put into; AWS allows 100 and may have given the pool more (1 to 10000; default\: 100)]:value: ' \
    '--client-secret-file[File that holds client-secret]:path:_files' \
    '--listen[Address of the gRPC service on this machine\: host\:port, \:\:1\:port or unix\:/path (default\: 127.0.0.1\:50051)]:value: ' \
    '--state-dir[Directory of the working database, the journal of changes and the audit log (default\: for sync beside the sync file, otherwise the current directory)]:path:_files' \
    '--output[Form of the results on stdout (default\: table on a terminal, else jsonl)]:value:(table json jsonl csv)' \
    '--log-level[Least level of the log on stderr; only debug names people and groups (default\: info)]:value:(debug info warn error)' \
    '--log-format[Form of the log on stderr (default\: console on a terminal, else json)]:value:(console json)' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_iam_policy() {
  _arguments -s \
    '--with[Add what changing the pool needs]:value:(provisioning)' \
    '--account-id[AWS account of the pool (default\: any, *)]:value: ' \
    '--user-pool-id[The user pool, such as eu-west-1_AbCd12345 (required)]:value: ' \
    '--region[The pool'\''s Region; must be the one in the pool id (default\: read from the pool id)]:value: ' \
    '--config[YAML file with these settings by their names (default\: ./.baton.yaml where there is one)]:path:_files' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_version() {
  _arguments -s \
    '--output[Form of the answer (default\: text)]:value:(text json)' \
    '(--help -h)'{--help,-h}'[Show help]' \
    '*: :'
}

_connector_completion() {
  _arguments -s \
    '(--help -h)'{--help,-h}'[Show help]' \
    '1: :(bash zsh fish powershell)'
}

if [ "$funcstack[1]" = "_connector" ]; then
  _connector "$@"
else
  compdef _connector connector
fi
