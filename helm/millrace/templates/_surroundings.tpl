{{/* What every service has around its pods: account, service, settings, budget. Argument: dict root, service, values. */}}
{{- define "millrace.surroundings" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "millrace.metadata" . | nindent 2 }}
automountServiceAccountToken: false
---
apiVersion: v1
kind: Service
metadata:
  {{- include "millrace.metadata" . | nindent 2 }}
    millrace.io/scrape: "true"
spec:
  selector:
    {{- include "millrace.selector" . | nindent 4 }}
  ports:
    - {name: http, port: 8080, targetPort: http, protocol: TCP}
    - {name: grpc, port: 9090, targetPort: grpc, protocol: TCP, appProtocol: kubernetes.io/h2c}
    - {name: management, port: 9000, targetPort: management, protocol: TCP}
{{- if .values.config }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "millrace.metadata" . | nindent 2 }}
data:
  service.properties: |
    {{- range $key, $value := .values.config }}
    {{ $key }}={{ $value | replace "\\" "\\\\" }}
    {{- end }}
{{- end }}
{{- if .root.Values.disruptionBudget.enabled }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "millrace.metadata" . | nindent 2 }}
spec:
  maxUnavailable: {{ .root.Values.disruptionBudget.maxUnavailable }}
  selector:
    matchLabels:
      {{- include "millrace.selector" . | nindent 6 }}
{{- end }}
{{- end -}}

{{/* The headless service that gives a StatefulSet's pods their names. Argument: dict root, service. */}}
{{- define "millrace.headless" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "millrace.name" . }}-pods
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "millrace.labels" . | nindent 4 }}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector:
    {{- include "millrace.selector" . | nindent 4 }}
  ports:
    - {name: grpc, port: 9090, targetPort: grpc, protocol: TCP}
{{- end -}}

{{/*
Who may reach a service, and what it may reach: DNS, Kafka, the collector and what `egress` adds (YAML of rules).
Argument: dict root, service, egress, peers (names of services of this release that call this one).
*/}}
{{- define "millrace.network" -}}
{{- $root := .root -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "millrace.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "millrace.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - ports:
        - {protocol: TCP, port: 8080}
        - {protocol: TCP, port: 9090}
      from:
        {{- if .root.Values.networkPolicy.callers }}
        {{- toYaml .root.Values.networkPolicy.callers | nindent 8 }}
        {{- else }}
        - podSelector: {}
        {{- end }}
        {{- range .peers }}
        - podSelector:
            matchLabels:
              {{- include "millrace.selector" (dict "root" $root "service" .) | nindent 14 }}
        {{- end }}
    - ports:
        - {protocol: TCP, port: 9000}
      from:
        {{- if .root.Values.networkPolicy.monitors }}
        {{- toYaml .root.Values.networkPolicy.monitors | nindent 8 }}
        {{- else }}
        - namespaceSelector: {}
        {{- end }}
  egress:
    - ports:
        - {protocol: UDP, port: 53}
        - {protocol: TCP, port: 53}
    - ports:
        {{- include "millrace.ports" .root.Values.kafka.bootstrapServers | nindent 8 }}
    {{- if .root.Values.traces.endpoint }}
    - ports:
        {{- include "millrace.ports" .root.Values.traces.endpoint | nindent 8 }}
    {{- end }}
    {{- with .egress }}
    {{- . | nindent 4 }}
    {{- end }}
{{- end -}}

{{/* Egress to another service of this release. Argument: dict root, service. */}}
{{- define "millrace.egress-to" -}}
- ports:
    - {protocol: TCP, port: 9090}
  to:
    - podSelector:
        matchLabels:
          {{- include "millrace.selector" . | nindent 10 }}
{{- end -}}
