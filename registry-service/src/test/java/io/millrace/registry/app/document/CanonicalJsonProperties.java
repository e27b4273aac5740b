package io.millrace.registry.app.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.longs;
import static org.quicktheories.generators.SourceDSL.strings;

import io.millrace.registry.app.data.JacksonText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CanonicalJsonProperties {
    /** A tree of maps, lists and single values that the seed decides. */
    private static Object tree(Random random, List<String> keys, int depth) {
        int kind = random.nextInt(depth > 0 ? 6 : 4);
        return switch (kind) {
            case 0 -> random.nextLong();
            case 1 -> keys.get(random.nextInt(keys.size()));
            case 2 -> random.nextBoolean();
            case 3 -> BigDecimal.valueOf(random.nextInt(10_000), random.nextInt(6));
            case 4 -> {
                var list = new ArrayList<Object>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(tree(random, keys, depth - 1));
                }
                yield list;
            }
            default -> {
                var map = new LinkedHashMap<String, Object>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    map.put(keys.get(random.nextInt(keys.size())), tree(random, keys, depth - 1));
                }
                yield map;
            }
        };
    }

    /** The same content with the keys of every map in another order, and numbers with more zeros. */
    private static Object shuffled(Object value, Random random) {
        return switch (value) {
            case Map<?, ?> map -> {
                var entries = new ArrayList<Map.Entry<?, ?>>(map.entrySet());
                Collections.shuffle(entries, random);
                var other = new LinkedHashMap<String, Object>();
                entries.forEach(entry -> other.put((String) entry.getKey(), shuffled(entry.getValue(), random)));
                yield other;
            }
            case List<?> list ->
                list.stream().map(item -> shuffled(item, random)).toList();
            case BigDecimal number -> number.setScale(number.scale() + random.nextInt(3));
            default -> value;
        };
    }

    @Test
    void theTextDoesNotDependOnTheOrderOfKeysOrTheZerosOfNumbers() {
        qt().withExamples(500)
                .forAll(
                        longs().all(),
                        lists().of(strings().basicMultilingualPlaneAlphabet().ofLengthBetween(0, 6))
                                .ofSizeBetween(1, 8))
                .checkAssert((seed, keys) -> {
                    Object value = tree(new Random(seed), keys, 4);
                    String text = CanonicalJson.write(value);
                    assertThat(CanonicalJson.write(shuffled(value, new Random(~seed))))
                            .isEqualTo(text);
                });
    }

    @Test
    void theTextReadsBackToItself() {
        qt().withExamples(500)
                .forAll(
                        longs().all(),
                        lists().of(strings().basicLatinAlphabet().ofLengthBetween(1, 6))
                                .ofSizeBetween(1, 8))
                .checkAssert((seed, keys) -> {
                    String text = CanonicalJson.write(tree(new Random(seed), keys, 4));
                    Object again = new JacksonText().read(text).orElseThrow();
                    assertThat(CanonicalJson.write(again)).isEqualTo(text);
                });
    }

    @Test
    void aContractsDigestDoesNotDependOnTheOrderOfItsKeys() {
        qt().withExamples(100).forAll(integers().all()).checkAssert(seed -> {
            var lines = new ArrayList<>(List.of(
                    "apiVersion: v3.1.0",
                    "kind: DataContract",
                    "id: x",
                    "version: 1.0.0",
                    "status: active",
                    "domain: d",
                    "name: n",
                    "tags: [b, a]",
                    "schema: [{name: t, properties: [{name: a, required: true}]}]"));
            String first = ContractDocument.read("a", String.join("\n", lines)).digest();
            Collections.shuffle(lines, new Random(seed));
            assertThat(ContractDocument.read("b", String.join("\n", lines)).digest())
                    .isEqualTo(first);
        });
    }
}
