{{- define "connector.name" -}}
{{- printf "%s-%s" .Release.Name (ternary "" "cognito-connector" (contains "cognito-connector" .Release.Name)) | trimSuffix "-" | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "connector.selector" -}}
app.kubernetes.io/name: cognito-connector
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "connector.labels" -}}
{{ include "connector.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "connector.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "connector.name" .) "default" .Values.serviceAccount.create) -}}
{{- end -}}

{{- define "connector.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* "true" where other machines may call the gRPC service. */}}
{{- define "connector.calls" -}}
{{- if or .Values.tls.secretName .Values.insecure }}true{{ end -}}
{{- end -}}

{{/* "true" where the platform's tasks are done. */}}
{{- define "connector.tasks" -}}
{{- with .Values.platform -}}
{{- if or .clientId .clientIdSecret.secretName }}true{{ end -}}
{{- end -}}
{{- end -}}

{{/* The port of the platform. */}}
{{- define "connector.platformPort" -}}
{{- $host := .Values.platform.apiHost | default (.Values.platform.clientId | splitList "/" | first) -}}
{{- regexFind ":[0-9]+$" $host | trimPrefix ":" | default "443" -}}
{{- end -}}

{{/* What the chart sets, over what the values say. */}}
{{- define "connector.settings" -}}
{{- $own := dict "user-pool-id" .Values.poolId "state-dir" "/data" "file" "/data/sync.c1z" -}}
{{- if include "connector.calls" . }}{{ $_ := set $own "listen" "0.0.0.0:50051" }}{{ end -}}
{{- $_ := set $own "health-check" true -}}
{{- $_ := set $own "health-check-port" 8081 -}}
{{- $_ := set $own "health-check-bind-address" "0.0.0.0" -}}
{{- $_ := set $own "log-format" "json" -}}
{{- $_ := set $own "grace-seconds" 25 -}}
{{- if .Values.syncEvery }}{{ $_ := set $own "sync-every" .Values.syncEvery }}{{ end -}}
{{- if .Values.insecure }}{{ $_ := set $own "insecure" true }}{{ end -}}
{{- with .Values.tls.secretName -}}
{{- $_ := set $own "tls-cert-file" "/secrets/tls/tls.crt" -}}
{{- $_ := set $own "tls-key-file" "/secrets/tls/tls.key" -}}
{{- if $.Values.tls.clientCertificates -}}
{{- $_ := set $own "tls-client-ca-file" "/secrets/tls/ca.crt" -}}
{{- with $.Values.tls.readers }}{{ $_ := set $own "tls-readers" . }}{{ end -}}
{{- with $.Values.tls.provisioners }}{{ $_ := set $own "tls-provisioners" . }}{{ end -}}
{{- end -}}
{{- end -}}
{{- if include "connector.tasks" . -}}
{{- with .Values.platform.clientId }}{{ $_ := set $own "client-id" . }}{{ end -}}
{{- $_ := set $own "task-concurrency" .Values.platform.taskConcurrency -}}
{{- with .Values.platform.hostId }}{{ $_ := set $own "host-id" . }}{{ end -}}
{{- with .Values.platform.apiHost }}{{ $_ := set $own "c1-api-host" . }}{{ end -}}
{{- end -}}
{{- with .Values.scim -}}
{{- if .enabled -}}
{{- $_ := set $own "scim" true -}}
{{- $_ := set $own "scim-listen" "0.0.0.0:8090" -}}
{{- with .baseUrl }}{{ $_ := set $own "scim-base-url" . }}{{ end -}}
{{- end -}}
{{- end -}}
{{- with .Values.tokens.secretName }}{{ $_ := set $own "auth-tokens-file" "/secrets/tokens/tokens" }}{{ end -}}
{{- range $name, $_ := .Values.settings -}}
{{- if hasKey $own $name }}{{ fail (printf "settings.%s: the chart sets it; leave it out" $name) }}{{ end -}}
{{- end -}}
{{- toYaml (merge $own .Values.settings) -}}
{{- end -}}
