package io.millrace.registry.app;

import io.millrace.registry.app.data.JacksonText;
import io.millrace.registry.domain.ContractRevision;
import io.millrace.registry.domain.RevisionSummary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A data product in memory: its current contract, what its revisions are, and by which words it is found. */
record CatalogueEntry(ContractRevision current, List<RevisionSummary> revisions, SearchWords words) {
    private static final JacksonText JSON = new JacksonText();

    static CatalogueEntry of(RevisionStore.ProductHistory history) {
        var words = new SearchWords();
        words.add(SearchWords.Field.NAME, history.current().product().domain());
        words.add(SearchWords.Field.NAME, history.current().product().name());
        JSON.read(history.current().json()).ifPresent(document -> {
            if (document instanceof Map<?, ?> map) {
                texts(words, SearchWords.Field.TAG, map.get("tags"));
                texts(words, SearchWords.Field.DESCRIPTION, map.get("description"));
                elements(words, map.get("schema"));
            }
        });
        return new CatalogueEntry(history.current(), List.copyOf(history.revisions()), words);
    }

    /** The newest revision whose contract has this version. */
    Optional<RevisionSummary> ofVersion(String contractVersion) {
        return revisions.reversed().stream()
                .filter(revision -> revision.contractVersion().equals(contractVersion))
                .findFirst();
    }

    long bytes() {
        return current.json().length();
    }

    /** Names, tags and descriptions of schema objects and their properties, however deep. */
    private static void elements(SearchWords words, @Nullable Object elements) {
        if (!(elements instanceof List<?> list)) {
            return;
        }
        for (Object element : list) {
            if (element instanceof Map<?, ?> map) {
                texts(words, SearchWords.Field.COLUMN, map.get("name"));
                texts(words, SearchWords.Field.COLUMN, map.get("physicalName"));
                texts(words, SearchWords.Field.COLUMN, map.get("businessName"));
                texts(words, SearchWords.Field.TAG, map.get("tags"));
                texts(words, SearchWords.Field.DESCRIPTION, map.get("description"));
                elements(words, map.get("properties"));
                Object items = map.get("items");
                if (items != null) {
                    elements(words, List.of(items));
                }
            }
        }
    }

    private static void texts(SearchWords words, SearchWords.Field field, @Nullable Object value) {
        switch (value) {
            case String text -> words.add(field, text);
            case List<?> list -> list.forEach(item -> texts(words, field, item));
            case Map<?, ?> map -> map.values().forEach(item -> texts(words, field, item));
            case null, default -> {}
        }
    }
}
