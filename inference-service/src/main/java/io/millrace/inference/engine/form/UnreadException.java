package io.millrace.inference.engine.form;

/** The file holds something that is not read into a form; the message is the end of a sentence that begins with the model. */
final class UnreadException extends Exception {
    private static final long serialVersionUID = 1;

    UnreadException(String message) {
        super(message);
    }
}
