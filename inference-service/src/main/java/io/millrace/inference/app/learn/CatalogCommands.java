package io.millrace.inference.app.learn;

import io.millrace.inference.app.definition.DefinitionCatalog;
import java.util.Map;

/** What was asked is kept beside the definition, in the definitions' log, so that whichever replica feeds the model hears of it. */
public final class CatalogCommands implements LearnerCommands {
    private final DefinitionCatalog catalog;
    private final OnlineModelKind kind;

    /** What can be asked, with the word under which it is kept. */
    enum Command {
        SNAPSHOT("snapshot"),
        RESUME("resume"),
        RESUME_WITH_NEW_REFERENCE("resume-with-new-reference");

        private final String word;

        Command(String word) {
            this.word = word;
        }
    }

    public CatalogCommands(DefinitionCatalog catalog, OnlineModelKind kind) {
        this.catalog = catalog;
        this.kind = kind;
    }

    @Override
    public Asked of(String model) {
        Map<String, String> beside = catalog.beside(kind, model);
        return new Asked(
                number(beside, Command.SNAPSHOT),
                number(beside, Command.RESUME),
                number(beside, Command.RESUME_WITH_NEW_REFERENCE));
    }

    void ask(String model, Command command) {
        long last = number(catalog.beside(kind, model), command);
        catalog.write(Map.of(kind.key(model) + "@" + command.word, String.valueOf(last + 1)));
    }

    private static long number(Map<String, String> beside, Command command) {
        String text = beside.getOrDefault(command.word, "0");
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }
}
