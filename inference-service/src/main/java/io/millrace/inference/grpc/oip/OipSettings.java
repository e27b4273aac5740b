package io.millrace.inference.grpc.oip;

import io.millrace.proto.oip.LogSettingsResponse;
import io.millrace.proto.oip.TraceSettingResponse;
import java.util.List;
import java.util.Map;

/** Trace and log settings as messages. */
final class OipSettings {
    private OipSettings() {}

    static TraceSettingResponse traces(Map<String, List<String>> settings) {
        var message = TraceSettingResponse.newBuilder();
        settings.forEach((name, values) -> message.putSettings(
                name,
                TraceSettingResponse.SettingValue.newBuilder()
                        .addAllValue(values)
                        .build()));
        return message.build();
    }

    /**
     * @param settings Boolean, Integer or String by name
     */
    static LogSettingsResponse logs(Map<String, Object> settings) {
        var message = LogSettingsResponse.newBuilder();
        settings.forEach((name, value) -> message.putSettings(name, value(value)));
        return message.build();
    }

    private static LogSettingsResponse.SettingValue value(Object value) {
        var setting = LogSettingsResponse.SettingValue.newBuilder();
        return switch (value) {
            case Boolean flag -> setting.setBoolParam(flag).build();
            case Integer number -> setting.setUint32Param(number).build();
            default -> setting.setStringParam(value.toString()).build();
        };
    }
}
