package io.millrace.inference.kafka;

import io.millrace.inference.app.label.OutcomeFold;
import io.millrace.inference.domain.label.Outcome;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Adds the predictions of all outcomes up; where one is NaN-like poison it throws. */
final class SumFold implements OutcomeFold {
    private final String name;
    private final String fingerprint;
    final List<Long> kept = new ArrayList<>();
    volatile double sum;
    volatile long count;

    SumFold(String name, String fingerprint) {
        this.name = name;
        this.fingerprint = fingerprint;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public void fold(Outcome outcome, long offset) {
        if (outcome.prediction().key().equals(name)) {
            throw new IllegalArgumentException("poison");
        }
        sum += outcome.prediction().value();
        count++;
    }

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeDouble(sum);
        out.writeLong(count);
    }

    @Override
    public void read(DataInput in) throws IOException {
        sum = in.readDouble();
        count = in.readLong();
    }

    @Override
    public void kept(long offset) {
        kept.add(offset);
    }
}
