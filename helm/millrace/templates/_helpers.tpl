{{/* Name of one service's objects: RELEASE-SERVICE. Argument: dict root, service. */}}
{{- define "millrace.name" -}}
{{- printf "%s-%s" .root.Release.Name .service | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels that select one service's pods; they never change. Argument: dict root, service. */}}
{{- define "millrace.selector" -}}
app.kubernetes.io/name: {{ .service }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end -}}

{{/* All labels of an object. Argument: dict root, service. */}}
{{- define "millrace.labels" -}}
{{ include "millrace.selector" . }}
app.kubernetes.io/part-of: millrace
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* name, namespace and labels. Argument: dict root, service. */}}
{{- define "millrace.metadata" -}}
name: {{ include "millrace.name" . }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "millrace.labels" . | nindent 2 }}
{{- end -}}

{{/* host:port of another service's gRPC. Argument: dict root, service. */}}
{{- define "millrace.grpc-address" -}}
{{- printf "%s:9090" (include "millrace.name" .) -}}
{{- end -}}

{{/* Environment that all services share: addresses, Kafka, traces. Argument: root. */}}
{{- define "millrace.shared-env" -}}
- {name: QUARKUS_HTTP_HOST, value: 0.0.0.0}
- {name: QUARKUS_GRPC_SERVER_HOST, value: 0.0.0.0}
- {name: QUARKUS_MANAGEMENT_HOST, value: 0.0.0.0}
- {name: MALLOC_ARENA_MAX, value: "2"}
- name: JAVA_TOOL_OPTIONS
  value: {{ .Values.pod.jvmOptions | quote }}
- name: KAFKA_BOOTSTRAP_SERVERS
  value: {{ .Values.kafka.bootstrapServers | quote }}
{{- if .Values.traces.endpoint }}
- name: QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .Values.traces.endpoint | quote }}
{{- end }}
{{- end -}}

{{/* Ports named in a list of addresses, as a YAML list without repeats. Argument: string. */}}
{{- define "millrace.ports" -}}
{{- range (regexFindAll ":[0-9]+" . -1 | uniq) }}
- {protocol: TCP, port: {{ . | trimPrefix ":" }}}
{{- end }}
{{- end -}}
