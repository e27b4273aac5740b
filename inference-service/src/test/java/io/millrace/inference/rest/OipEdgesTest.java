package io.millrace.inference.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What clients of the Open Inference Protocol v2 may send and seldom do, over HTTP, byte for byte. */
@QuarkusTest
@TestProfile(PredictingService.Settings.class)
class OipEdgesTest extends OipService {
    private static final String ROW =
            "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[1,2]}]}";

    @Test
    void noRowsGiveNoRows() {
        is(
                post(
                        "v2/models/raw/infer",
                        ROW.replace("[1,2],\"datatype", "[0,2],\"datatype").replace("[1,2]}", "[]}")),
                200,
                """
                {"model_name":"raw","model_version":"2",\
                "outputs":[{"name":"output","datatype":"FP32","shape":[0,1],"data":[]}]}\
                """);
        HttpResponse<byte[]> answer = binary("v2/models/raw/infer", utf8("""
            {"inputs":[{"name":"input","shape":[0,2],"datatype":"FP32","parameters":{"binary_data_size":0}}],\
            "outputs":[{"name":"output","parameters":{"binary_data":true}}]}\
            """), new byte[0]);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo("""
            {"model_name":"raw","model_version":"2",\
            "outputs":[{"name":"output","datatype":"FP32","shape":[0,1],"parameters":{"binary_data_size":0}}]}\
            """);
        assertThat(answer.headers().firstValue(LENGTH)).hasValue(String.valueOf(answer.body().length));
    }

    @Test
    void binarySizesAreBelievedOnlyWhereTheShapeSaysTheSame() {
        String json = """
            {"inputs":[{"name":"input","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":%s}}]}\
            """;
        for (String size : new String[] {"-1", "7", "9", "4294967304", "\"8\"", "true"}) {
            Answer answer = text(binary("v2/models/raw/infer", utf8(json.formatted(size)), floats(1, 2)));
            assertThat(answer.status()).as(size).isEqualTo(400);
            assertThat(answer.body()).as(size).startsWith("{\"error\":\"inputs[0]: ");
        }
        Answer both = text(binary("v2/models/raw/infer", utf8("""
            {"inputs":[{"name":"input","shape":[1,2],"datatype":"FP32","data":[1,2],"parameters":{"binary_data_size":8}}]}\
            """), floats(1, 2)));
        is(both, 400, "{\"error\":\"inputs[0] has both 'data' and binary data\"}");
        for (String length : new String[] {"-1", "x", "99999999999"}) {
            HttpRequest.Builder request =
                    request("v2/models/raw/infer").header(LENGTH, length).POST(BodyPublishers.ofByteArray(utf8(ROW)));
            assertThat(send(request).statusCode()).as(length).isEqualTo(400);
        }
    }

    @Test
    void severalBinaryTensorsFollowInTheirOrderAmongOthersInJson() {
        ModelFiles.publish(models, "two", "1", OnnxModels.twoInputs(), "");
        catalog.refresh();
        byte[] json = utf8("""
            {"inputs":[{"name":"b","shape":[1,2],"datatype":"INT64","data":[[1],[2]]},\
            {"name":"a","shape":[1,1],"datatype":"FP64","parameters":{"binary_data_size":8}}]}\
            """);
        is(text(binary("v2/models/two/infer", json, new byte[] {0, 0, 0, 0, 0, 0, (byte) 0xe0, 0x3f})), 200, """
            {"model_name":"two","model_version":"1",\
            "outputs":[{"name":"output","datatype":"FP64","shape":[1,1],"data":[3.5]}]}\
            """);
        ModelFiles.delete(models.resolve("two").resolve("1"));
        catalog.refresh();
    }

    @Test
    void bytesElementsMustFillTheirBlobToTheLastByte() {
        String json = """
            {"inputs":[{"name":"in","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":%d}}]}\
            """;
        byte[] right = {1, 0, 0, 0, 'a', 0, 0, 0, 0};
        is(text(binary("v2/models/text/infer", utf8(json.formatted(9)), right)), 200, """
            {"model_name":"text","model_version":"1",\
            "outputs":[{"name":"out","datatype":"BYTES","shape":[2],"data":["A",""]}]}\
            """);
        byte[] tooLong = right.clone();
        tooLong[5] = 1;
        byte[] huge = right.clone();
        Arrays.fill(huge, 5, 9, (byte) 0xff);
        for (byte[] wrong : new byte[][] {tooLong, huge, Arrays.copyOf(right, 8), Arrays.copyOf(right, 10)}) {
            Answer answer = text(binary("v2/models/text/infer", utf8(json.formatted(wrong.length)), wrong));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).startsWith("{\"error\":\"inputs[0]: input 'in' ");
        }
    }

    @Test
    void aRawBodyOfBytesIsOneElement() {
        HttpRequest.Builder request = request("v2/models/text/versions/1/infer")
                .header(LENGTH, "0")
                .header("Accept", "application/json")
                .POST(BodyPublishers.ofByteArray(utf8("äbc")));
        is(text(send(request)), 200, """
            {"model_name":"text","model_version":"1",\
            "outputs":[{"name":"out","datatype":"BYTES","shape":[1],"data":["ÄBC"]}]}\
            """);
    }

    @Test
    void dataMayBeNestedAsItLikesButNotDeeperThanAHundred() {
        String body = "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":%s}]}";
        String answer = """
            {"model_name":"raw","model_version":"2",\
            "outputs":[{"name":"output","datatype":"FP32","shape":[1,1],"data":[42.0]}]}\
            """;
        for (String data : new String[] {"[1,2]", "[[1,2]]", "[[1],[[2]]]", "[[],1,[2,[]]]"}) {
            is(post("v2/models/raw/infer", body.formatted(data)), 200, answer);
        }
        is(post("v2/models/raw/infer", body.formatted("[".repeat(100) + "1,2" + "]".repeat(100))), 200, answer);
        Answer deeper = post("v2/models/raw/infer", body.formatted("[".repeat(101) + "1,2" + "]".repeat(101)));
        is(deeper, 400, "{\"error\":\"inputs[0]: 'data' is nested deeper than 100\"}");
    }

    @Test
    void dataMayStandBeforeWhatItIsAndUnknownKeysAnywhere() {
        is(post("v2/models/raw/infer", """
            {"x":[{"y":[]}],"model_name":"other","inputs":[{"data":[1,2],"z":{"a":1},"parameters":{},"datatype":"FP32","shape":[1,2],"name":"input"}],\
            "outputs":[{"name":"output","w":null}]}\
            """), 200, """
            {"model_name":"raw","model_version":"2",\
            "outputs":[{"name":"output","datatype":"FP32","shape":[1,1],"data":[42.0]}]}\
            """);
    }

    @Test
    void notANumberAndInfinitiesComeBackAsTritonWritesThem() {
        byte[] json = utf8("""
            {"inputs":[{"name":"input","shape":[3,2],"datatype":"FP32","parameters":{"binary_data_size":24}}]}\
            """);
        float inf = Float.POSITIVE_INFINITY;
        is(text(binary("v2/models/raw/infer", json, floats(Float.NaN, 1, inf, 1, -inf, 1))), 200, """
            {"model_name":"raw","model_version":"2",\
            "outputs":[{"name":"output","datatype":"FP32","shape":[3,1],"data":[NaN,Infinity,-Infinity]}]}\
            """);
        assertThat(post("v2/models/raw/infer", ROW.replace("[1,2]}", "[NaN,2]}"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void parametersOfEveryFormComeBackAndThoseThatSteerDoNot() {
        Answer answer = post("v2/models/raw/infer", ROW.replace("{\"inputs", """
            {"id":"ü\\"7","parameters":{"b":true,"i":-3,"d":0.5,"s":"","priority":1,"sequence_id":"q","sequence_start":true,\
            "headers":"h","binary_data_output":false,"timeout":0},"inputs\
            """));
        JsonPath body = JsonPath.from(answer.body());
        assertThat(body.getString("id")).isEqualTo("ü\"7");
        assertThat(body.<String, Object>getMap("parameters")).isEqualTo(Map.of("b", true, "i", -3, "d", 0.5f, "s", ""));
        Answer nested = post("v2/models/raw/infer", ROW.replace("{\"inputs", "{\"parameters\":{\"a\":[1]},\"inputs"));
        is(nested, 400, "{\"error\":\"parameters.a must be a text, number, true or false\"}");
        Answer id = post("v2/models/raw/infer", ROW.replace("{\"inputs", "{\"id\":7,\"inputs"));
        is(id, 400, "{\"error\":\"id must be a string\"}");
    }

    @Test
    void theIndexTakesEveryBodyThatClientsSend() {
        Answer all = post("v2/repository/index", "");
        for (String body : new String[] {"{}", "{\"ready\":false}", "{\"ready\":null}", "{\"repository_name\":\"\"}"}) {
            assertThat(post("v2/repository/index", body)).as(body).isEqualTo(all);
        }
        is(post("v2/repository/index", "{\"ready\":1}"), 400, "{\"error\":\"'ready' must be true or false\"}");
        is(post("v2/repository/index", "[]"), 400, "{\"error\":\"the body must be a JSON object\"}");
    }

    @Test
    void unloadTakesTritonsParameter() {
        String unload = "v2/repository/models/raw/unload";
        assertThat(post(unload, "{\"parameters\":{\"unload_dependents\":false}}")
                        .status())
                .isEqualTo(200);
        assertThat(post("v2/repository/models/raw/load", "{\"parameters\":{}}").status())
                .isEqualTo(200);
        is(post(unload, "{\"parameters\":{\"x\":1}}"), 400, "{\"error\":\"parameter 'x' of unload is not known\"}");
        is(post(unload, "{\"parameters\":[]}"), 400, "{\"error\":\"'parameters' must be an object\"}");
        assertThat(get("v2/models/raw/ready").status()).isEqualTo(200);
    }

    @Test
    void traceAndLogSettingsAreSaidAndNotTaken() {
        String traces = "{\"trace_level\":[\"OFF\"],\"trace_mode\":\"opentelemetry\"}";
        is(get("v2/trace/setting"), 200, traces);
        is(post("v2/trace/setting", "{}"), 200, traces);
        is(get("v2/models/raw/trace/setting"), 200, traces);
        is(
                get("v2/models/nobody/trace/setting"),
                404,
                "{\"error\":\"no model, ensemble or pipeline is called 'nobody'\"}");
        is(post("v2/models/raw/trace/setting", "{\"trace_level\":[\"TIMESTAMPS\"],\"trace_rate\":\"1\"}"), 501, """
            {"error":"trace settings are not taken over the wire, configure quarkus.otel.*; given were [trace_level, trace_rate]"}\
            """);
        is(get("v2/logging"), 200, """
            {"log_error":true,"log_file":"","log_info":true,"log_verbose_level":0,"log_warning":true}\
            """);
        is(post("v2/logging", "{\"log_verbose_level\":1}"), 501, """
            {"error":"log settings are not taken over the wire, configure quarkus.log.*; given were [log_verbose_level]"}\
            """);
    }

    @Test
    void errorsAreNeverCompressed() {
        HttpResponse<byte[]> answer = send(request("v2/models/raw/infer")
                .header("Accept-Encoding", "gzip, deflate")
                .POST(BodyPublishers.ofString("{}")));
        is(text(answer), 400, "{\"error\":\"'inputs' is missing or empty\"}");
    }

    @Test
    void aModelMayBeCalledLikeAPath() {
        ModelFiles.publish(models, "versions", "1", OnnxModels.linear(0, 2, 20), "");
        catalog.refresh();
        is(get("v2/models/versions/versions/1/ready"), 200, "{\"name\":\"versions\",\"ready\":true}");
        is(get("v2/models/versions/ready"), 200, "{\"name\":\"versions\",\"ready\":true}");
        assertThat(get("v2/models/versions/versions/1/config").body()).startsWith("{\"name\":\"versions\",");
        ModelFiles.delete(models.resolve("versions").resolve("1"));
        catalog.refresh();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
