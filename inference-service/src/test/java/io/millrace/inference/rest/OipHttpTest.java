package io.millrace.inference.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Requests and answers of the Open Inference Protocol v2 over HTTP, byte for byte. */
@QuarkusTest
@TestProfile(PredictingService.Settings.class)
class OipHttpTest extends OipService {
    @Test
    void theServerSaysWhatItIs() {
        assertThat(get("v2").body())
                .startsWith("{\"name\":\"millrace\",\"version\":\"")
                .contains("\"extensions\":[", "\"binary_tensor_data\"", "\"model_repository\"");
        is(get("v2/health/live"), 200, "{\"live\":true}");
        is(get("v2/health/ready"), 200, "{\"ready\":true,\"live\":true}");
        is(get("v2/models"), 200, "{\"models\":[\"m\",\"raw\",\"text\"]}");
    }

    @Test
    void aModelSaysWhatItTakesAndGives() {
        String metadata = """
            {"name":"raw","versions":["1","2"],"platform":"onnxruntime_onnx",\
            "inputs":[{"name":"input","datatype":"FP32","shape":[-1,2]}],\
            "outputs":[{"name":"output","datatype":"FP32","shape":[-1,1]}]}\
            """;
        is(get("v2/models/raw"), 200, metadata);
        is(get("v2/models/raw/versions/1"), 200, metadata);
        is(get("v2/models/raw/ready"), 200, "{\"name\":\"raw\",\"ready\":true}");
        is(get("v2/models/raw/versions/1/ready"), 200, "{\"name\":\"raw\",\"ready\":true}");
        is(get("v2/models/raw/config"), 200, """
            {"name":"raw","platform":"onnxruntime_onnx","backend":"onnxruntime","max_batch_size":10000,\
            "input":[{"name":"input","data_type":"TYPE_FP32","dims":[2]}],\
            "output":[{"name":"output","data_type":"TYPE_FP32","dims":[1]}]}\
            """);
        is(get("v2/models/p"), 200, """
            {"name":"p","versions":["1"],"platform":"ensemble",\
            "inputs":[{"name":"user","datatype":"BYTES","shape":[-1]},{"name":"x","datatype":"FP64","shape":[-1]}],\
            "outputs":[{"name":"prediction","datatype":"FP64","shape":[-1]}]}\
            """);
    }

    @Test
    void whatIsNotThereIsNotFound() {
        is(get("v2/models/nobody"), 404, "{\"error\":\"no model, ensemble or pipeline is called 'nobody'\"}");
        is(
                get("v2/models/raw/versions/7/ready"),
                404,
                "{\"error\":\"model 'raw' version '7' is not in the repository\"}");
        is(
                post(
                        "v2/models/nobody/infer",
                        "{\"inputs\":[{\"name\":\"a\",\"datatype\":\"BOOL\",\"shape\":[0],\"data\":[]}]}"),
                404,
                "{\"error\":\"no model, ensemble or pipeline is called 'nobody'\"}");
    }

    @Test
    void jsonTensorsAreAnsweredAsJsonByTheNewestOrTheNamedVersion() {
        String body = """
            {"id":"42","parameters":{"trace":"x","timeout":1000000},"model_name":"ignored",
             "inputs":[{"data":[[1,2],[0.5,-1e1]],"name":"input","shape":[2,2],"datatype":"FP32"}]}\
            """;
        is(post("v2/models/raw/infer", body), 200, """
            {"model_name":"raw","model_version":"2","id":"42","parameters":{"trace":"x"},\
            "outputs":[{"name":"output","datatype":"FP32","shape":[2,1],"data":[42.0,-199.0]}]}\
            """);
        is(post("v2/models/raw/versions/1/infer", body.replace("\"id\":\"42\",", "")), 200, """
            {"model_name":"raw","model_version":"1","parameters":{"trace":"x"},\
            "outputs":[{"name":"output","datatype":"FP32","shape":[2,1],"data":[21.5,-99.0]}]}\
            """);
    }

    @Test
    void binaryTensorsTravelBehindTheJson() {
        byte[] json = """
            {"inputs":[{"name":"input","shape":[2,2],"datatype":"FP32","parameters":{"binary_data_size":16}}],\
            "outputs":[{"name":"output","parameters":{"binary_data":true}}]}\
            """.getBytes(StandardCharsets.UTF_8);
        HttpResponse<byte[]> answer = binary("v2/models/raw/infer", json, floats(1, 2, 3, 4));
        byte[] expected = """
            {"model_name":"raw","model_version":"2",\
            "outputs":[{"name":"output","datatype":"FP32","shape":[2,1],"parameters":{"binary_data_size":8}}]}\
            """.getBytes(StandardCharsets.UTF_8);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
        assertThat(answer.headers().firstValue(LENGTH)).hasValue(String.valueOf(expected.length));
        assertThat(answer.body()).isEqualTo(together(expected, floats(42, 86)));
    }

    @Test
    void binaryOutputOfTheRequestHoldsUnlessAnOutputSaysOtherwise() {
        byte[] json = """
            {"parameters":{"binary_data_output":true},
             "inputs":[{"name":"input","shape":[1,2],"datatype":"FP32","data":[1,1]}],
             "outputs":[{"name":"output","parameters":{"binary_data":false}}]}\
            """.getBytes(StandardCharsets.UTF_8);
        is(text(binary("v2/models/raw/infer", json, new byte[0])), 200, """
            {"model_name":"raw","model_version":"2",\
            "outputs":[{"name":"output","datatype":"FP32","shape":[1,1],"data":[22.0]}]}\
            """);
        byte[] all = new String(json, StandardCharsets.UTF_8)
                .replace("\"outputs\":[{\"name\":\"output\",\"parameters\":{\"binary_data\":false}}]", "\"outputs\":[]")
                .getBytes(StandardCharsets.UTF_8);
        HttpResponse<byte[]> answer = binary("v2/models/raw/infer", all, new byte[0]);
        assertThat(answer.headers().firstValue(LENGTH)).isPresent();
        assertThat(Arrays.copyOfRange(answer.body(), answer.body().length - 4, answer.body().length))
                .isEqualTo(floats(22));
    }

    @Test
    void aBodyOfNothingButDataIsOneRowAndComesBackInTheFormThatIsAccepted() {
        HttpRequest.Builder request =
                request("v2/models/raw/infer").header(LENGTH, "0").POST(BodyPublishers.ofByteArray(floats(1, 2)));
        HttpResponse<byte[]> binary = send(request);
        assertThat(binary.headers().firstValue(LENGTH)).isPresent();
        assertThat(binary.body()).endsWith(floats(42));
        is(text(send(request.header("Accept", "application/json"))), 200, """
            {"model_name":"raw","model_version":"2",\
            "outputs":[{"name":"output","datatype":"FP32","shape":[1,1],"data":[42.0]}]}\
            """);
        assertThat(send(request("v2/models/raw/infer")
                                .header(LENGTH, "0")
                                .POST(BodyPublishers.ofByteArray(new byte[7])))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void bodiesMayBeCompressedAndAnswersToInferenceAreWhereThatIsAskedFor() throws IOException {
        byte[] json =
                "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,2],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":8}}]}"
                        .getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder request = request("v2/models/raw/infer")
                .header("Content-Encoding", "gzip")
                .header("Accept-Encoding", "gzip")
                .header(LENGTH, String.valueOf(json.length))
                .POST(BodyPublishers.ofByteArray(gzip(together(json, floats(1, 2)))));
        HttpResponse<byte[]> answer = send(request);
        assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
        try (var unpacked = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
            assertThat(new String(unpacked.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("\"data\":[42.0]");
        }
        assertThat(send(request("v2/models/raw")
                                .header("Accept-Encoding", "gzip")
                                .GET())
                        .headers()
                        .firstValue("Content-Encoding"))
                .isEmpty();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        }
        return packed.toByteArray();
    }

    @Test
    void textsTravelAsStringsAndWithTheirLengthsInFront() {
        is(
                post(
                        "v2/models/text/infer",
                        "{\"inputs\":[{\"name\":\"in\",\"datatype\":\"BYTES\",\"shape\":[2],\"data\":[\"ab\",\"äc\"]}]}"),
                200,
                """
                {"model_name":"text","model_version":"1",\
                "outputs":[{"name":"out","datatype":"BYTES","shape":[2],"data":["AB","ÄC"]}]}\
                """);
        byte[] json = """
            {"inputs":[{"name":"in","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":6}}],\
            "outputs":[{"name":"out","parameters":{"binary_data":true}}]}\
            """.getBytes(StandardCharsets.UTF_8);
        HttpResponse<byte[]> answer = binary("v2/models/text/infer", json, new byte[] {2, 0, 0, 0, 'a', 'b'});
        assertThat(answer.body()).endsWith(2, 0, 0, 0, 'A', 'B');
    }

    @Test
    void aPipelineTakesItsKeysAndLooksItsFeaturesUp() {
        String body = """
            {"inputs":[{"name":"user","datatype":"BYTES","shape":[2,1],"data":["u","nobody"]},
                       {"name":"x","datatype":"FP32","shape":[2],"data":[2.5,1]}],
             "parameters":{"complete_within_ms":50}}\
            """;
        String answer = """
            ,"model_version":"1","outputs":[{"name":"prediction","datatype":"FP64","shape":[2],"data":[127.0,110.5]}]}\
            """;
        is(post("v2/models/p/infer", body), 200, "{\"model_name\":\"p\"" + answer);
        is(post("v2/models/p.pipeline/infer", body), 200, "{\"model_name\":\"p.pipeline\"" + answer);
    }

    @Test
    void classesAreTheLargestValuesOfEachRow() {
        is(post("v2/models/raw/infer", """
            {"inputs":[{"name":"input","shape":[2,2],"datatype":"FP32","data":[1,2,3,4]}],
             "outputs":[{"name":"output","parameters":{"classification":3}}]}\
            """), 200, """
            {"model_name":"raw","model_version":"2","outputs":[{"name":"output","datatype":"BYTES","shape":[2,1],\
            "data":["42.000000:0","86.000000:0"]}]}\
            """);
    }

    @Test
    void everyWrongBodyIsA400ThatSaysWhatIsWrong() {
        String input = "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[1,2]}]}";
        refused("", "the body must be a JSON object");
        refused("[]", "the body must be a JSON object");
        refused("{\"inputs\":", "the body is not the JSON that is expected here");
        refused("{}", "'inputs' is missing or empty");
        refused(input.replace("FP32", "FLOAT"), "'FLOAT' is no datatype");
        refused(input.replace("FP32", "FP64"), "input 'input' is FP64, model 'raw' takes FP32");
        refused(input.replace("FP32", "FP16"), "FP16 does not travel as JSON");
        refused(input.replace("[1,2],\"datatype", "[2,2],\"datatype"), "'data' has 2 elements, its shape has 4");
        refused(input.replace("[1,2],\"datatype", "[1],\"datatype"), "more elements than the 1 of its shape");
        refused(
                input.replace("[1,2],\"datatype", "[2,1],\"datatype"),
                "has the shape [2, 1], model 'raw' takes [-1, 2]");
        refused(input.replace("[1,2],\"datatype", "[-1,2],\"datatype"), "sizes are 0 or more");
        refused(input.replace("[1,2]}", "[1,true]}"), "'true' is no FP32");
        refused(input.replace("\"name\":\"input\"", "\"name\":\"other\""), "takes no input 'other', but [input]");
        refused(input.replace("]}]}", "]}],\"outputs\":[{\"name\":\"x\"}]}"), "gives no output 'x', but [output]");
        refused(
                input.replace("{\"inputs", "{\"parameters\":{\"timeout\":\"a\"},\"inputs"),
                "'timeout' must be microseconds");
        refused(input + "x", "the body is not the JSON");
    }

    @Test
    void binaryLengthsThatDoNotAddUpAreRefused() {
        byte[] json =
                "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,2],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":8}}]}"
                        .getBytes(StandardCharsets.UTF_8);
        assertThat(text(binary("v2/models/raw/infer", json, new byte[9])).body())
                .contains("1 bytes behind the JSON belong to no input");
        assertThat(text(binary("v2/models/raw/infer", json, new byte[7])).body())
                .contains("binary_data_size is 8; 7 bytes are left");
        HttpRequest.Builder tooLong =
                request("v2/models/raw/infer").header(LENGTH, "1000").POST(BodyPublishers.ofByteArray(json));
        assertThat(text(send(tooLong)).body()).contains("is 1000, the body has " + json.length + " bytes");
    }

    @Test
    void callsAreCountedByVersionAndRows() {
        ModelFiles.publish(models, "counted", "1", OnnxModels.linear(0, 2, 20), "");
        catalog.refresh();
        String rows = "{\"inputs\":[{\"name\":\"input\",\"shape\":[%d,2],\"datatype\":\"FP32\",\"data\":%s}]}";
        post("v2/models/counted/infer", rows.formatted(1, "[1,2]"));
        post("v2/models/counted/infer", rows.formatted(2, "[1,2,3,4]"));
        post("v2/models/counted/infer", rows.formatted(2, "[1,2,3,4]"));
        post("v2/models/counted/infer", rows.formatted(1, "[1,2]").replace("FP32", "FP64"));
        Answer answer = get("v2/models/counted/versions/1/stats");
        JsonPath stats = JsonPath.from(answer.body());
        assertThat(stats.getList("model_stats")).hasSize(1);
        stats.setRootPath("model_stats[0]");
        assertThat(stats.getLong("inference_count")).isEqualTo(5);
        assertThat(stats.getLong("execution_count")).isEqualTo(3);
        assertThat(stats.getLong("last_inference")).isPositive();
        assertThat(stats.getLong("inference_stats.success.count")).isEqualTo(3);
        assertThat(stats.getLong("inference_stats.fail.count")).isEqualTo(1);
        assertThat(stats.getLong("inference_stats.success.ns"))
                .isGreaterThan(stats.getLong("inference_stats.compute_infer.ns"));
        assertThat(stats.getList("batch_stats.batch_size")).containsExactly(1, 2);
        assertThat(stats.getList("batch_stats.compute_infer.count")).containsExactly(1, 2);
        assertThat(get("v2/models/stats").body()).contains("\"name\":\"counted\"", "\"name\":\"raw\"");
        assertThat(get("v2/models/nobody/stats").status()).isEqualTo(404);
        ModelFiles.delete(models.resolve("counted").resolve("1"));
        catalog.refresh();
    }

    @Test
    void modelsAreUnloadedAndLoadedByHand() {
        is(post("v2/repository/index", "{\"ready\":true}"), 200, """
            [{"name":"m","version":"1","state":"READY","reason":""},\
            {"name":"raw","version":"1","state":"READY","reason":""},\
            {"name":"raw","version":"2","state":"READY","reason":""},\
            {"name":"text","version":"1","state":"READY","reason":""}]\
            """);
        assertThat(post("v2/repository/models/raw/unload", "").status()).isEqualTo(200);
        assertThat(post("v2/repository/index", "").body())
                .contains("{\"name\":\"raw\",\"version\":\"1\",\"state\":\"UNAVAILABLE\",\"reason\":\"unloaded\"}");
        is(get("v2/models/raw/ready"), 503, "{\"name\":\"raw\",\"ready\":false}");
        is(get("v2/models/raw"), 503, "{\"error\":\"no version of model 'raw' serves: it was unloaded\"}");
        assertThat(post("v2/repository/models/raw/load", "{}").status()).isEqualTo(200);
        assertThat(get("v2/models/raw/ready").status()).isEqualTo(200);
        is(
                post("v2/repository/models/nobody/load", ""),
                404,
                "{\"error\":\"model 'nobody' is not in the repository\"}");
        assertThat(post("v2/repository/models/raw/load", "{\"parameters\":{\"config\":\"{}\"}}")
                        .status())
                .isEqualTo(400);
    }
}
