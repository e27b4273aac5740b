package io.millrace.inference.store;

import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.ModelFault;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * Whose versions may serve: Ed25519 keys (RFC 8032), one of which must have signed {@code model.yaml}. Its digest covers the model file with that. Without keys everything may.
 */
final class TrustedKeys {
    static final TrustedKeys ANYBODY = new TrustedKeys(List.of());

    private static final String ALGORITHM = "Ed25519";

    private final List<PublicKey> keys;

    private TrustedKeys(List<PublicKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /**
     * @param texts public keys as {@code openssl pkey -pubout -outform DER | base64} writes them
     * @throws IllegalArgumentException where one is none
     */
    static TrustedKeys of(List<String> texts) {
        var keys = new ArrayList<PublicKey>();
        for (String text : texts) {
            try {
                byte[] der = Base64.getDecoder().decode(text.strip());
                keys.add(KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(der)));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "millrace.inference.models.trusted-keys: '" + text + "' is no public key of Ed25519 in base64",
                        e);
            }
        }
        return new TrustedKeys(keys);
    }

    boolean areAsked() {
        return !keys.isEmpty();
    }

    /**
     * Which key signed.
     *
     * @return SHA-256 of the key as it is configured (DER), in lower-case hex
     * @param shown the signed file, for the words
     * @param signature in base64
     * @throws ModelRefusedException UNTRUSTED
     */
    String verify(String shown, byte[] signed, byte[] signature) throws ModelRefusedException {
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(new String(signature, StandardCharsets.ISO_8859_1));
            for (PublicKey key : keys) {
                Signature verifier = Signature.getInstance(ALGORITHM);
                verifier.initVerify(key);
                verifier.update(signed);
                // A signature of another length is an exception, not an answer.
                if (bytes.length == 64 && verifier.verify(bytes)) {
                    return HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
                }
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new ModelRefusedException(
                    ModelFault.UNTRUSTED, shown + ".sig cannot be verified: " + e.getMessage(), e);
        }
        throw new ModelRefusedException(
                ModelFault.UNTRUSTED, shown + ".sig is of none of the keys that are trusted, or of another text");
    }
}
