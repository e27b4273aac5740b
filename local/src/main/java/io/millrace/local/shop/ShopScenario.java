package io.millrace.local.shop;

import io.millrace.local.replay.Event;
import io.millrace.local.replay.Event.Role;
import io.millrace.local.replay.Scenario;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Users of a shop, drawn from a seed: profiles that change now and then, page views and clicks, and visits of which some end in a purchase. How
 * eager a user is shows in how often they click and in their age, so that both say something about a visit's end.
 */
public final class ShopScenario implements Scenario {
    public static final String PROFILES = "shop.profiles.v1";
    public static final String ACTIVITY = "shop.activity.v1";
    public static final String VISITS = "shop.visits.v1";

    private static final long START = Instant.parse("2026-01-01T00:00:00Z").getEpochSecond() * 1_000_000;
    private static final long SECOND = 1_000_000;
    private static final long DAYS_30 = 30L * 86_400 * SECOND;
    private static final int VISITS_PER_USER = 20;
    private static final int VIEWS_PER_VISIT = 4;
    private static final List<String> LOCATIONS = List.of("Berlin", "Lagos", "Lima", "Osaka", "Porto", "Quebec");

    private final List<Event> events;
    private final int visits;

    /**
     * @param visits how many visits to draw, at least 1
     */
    public ShopScenario(int visits, long seed) {
        this.visits = visits;
        var random = new SplittableRandom(seed);
        int userCount = Math.max(1, visits / VISITS_PER_USER);
        var drawn = new ArrayList<Event>();
        var users = new ArrayList<User>();
        for (int id = 0; id < userCount; id++) {
            User user = User.draw(id, random);
            users.add(user);
            drawn.add(profile(user, START + id));
            if (random.nextInt(4) == 0) {
                User moved = user.movedTo(LOCATIONS.get(random.nextInt(LOCATIONS.size())));
                drawn.add(profile(moved, START + random.nextLong(DAYS_30)));
            }
        }
        for (int visit = 0; visit < visits; visit++) {
            draw(visit, users.get(random.nextInt(userCount)), random, drawn);
        }
        drawn.sort(Comparator.comparingLong(Event::micros)
                .thenComparing(Event::role)
                .thenComparingInt(Event::number)
                .thenComparing(Event::key));
        this.events = List.copyOf(drawn);
    }

    @Override
    public String question() {
        return "a visit ends in a purchase";
    }

    @Override
    public int asks() {
        return visits;
    }

    @Override
    public int numbers() {
        return visits;
    }

    @Override
    public Iterator<Event> events() {
        return events.iterator();
    }

    private static void draw(int visit, User user, SplittableRandom random, List<Event> drawn) {
        long time = START + SECOND + random.nextLong(DAYS_30);
        for (int view = 0; view < VIEWS_PER_VISIT; view++) {
            long seen = time - SECOND * (1 + random.nextInt(3_600));
            boolean clicked = random.nextDouble() < user.clickRate();
            drawn.add(activity(Role.FACT, -1, user, clicked ? "click" : "view", 0, seen, false));
        }
        double basket = Math.round(random.nextDouble() * 20_000) / 100.0;
        double logit = -2.2 + 1.3 * user.eagerness() + 0.03 * (user.age() - 40) + 0.004 * basket;
        boolean bought = random.nextDouble() < 1 / (1 + StrictMath.exp(-logit));
        drawn.add(visit(visit, user, basket, time, bought));
        long end = time + SECOND * (60 + random.nextInt(1_800));
        drawn.add(
                activity(Role.SETTLING, visit, user, bought ? "purchase" : "leave", bought ? basket : 0, end, bought));
    }

    private static Event profile(User user, long micros) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("user_id", user.name());
        fields.put("age", user.age());
        fields.put("location", user.location());
        fields.put("updated_at", instant(micros));
        return new Event(Role.FACT, micros, -1, PROFILES, user.name(), fields, false);
    }

    private static Event activity(
            Role role, int visit, User user, String kind, double amount, long micros, boolean bought) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("user_id", user.name());
        fields.put("kind", kind);
        fields.put("amount", amount);
        fields.put("event_time", instant(micros));
        return new Event(role, micros, visit, ACTIVITY, user.name(), fields, bought);
    }

    private static Event visit(int visit, User user, double basket, long micros, boolean bought) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("visit_id", String.valueOf(visit));
        fields.put("user_id", user.name());
        fields.put("basket", basket);
        fields.put("visit_time", instant(micros));
        return new Event(Role.ASK, micros, visit, VISITS, String.valueOf(visit), fields, bought);
    }

    private static String instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }

    /**
     * One user.
     *
     * @param eagerness hidden from the platform: about −1.7 to 1.7, mean 0, variance 1
     */
    private record User(int id, int age, String location, double eagerness) {
        static User draw(int id, SplittableRandom random) {
            double eagerness = (random.nextDouble() * 2 - 1) * StrictMath.sqrt(3);
            return new User(id, 18 + random.nextInt(60), LOCATIONS.get(random.nextInt(LOCATIONS.size())), eagerness);
        }

        String name() {
            return "u" + id;
        }

        User movedTo(String place) {
            return new User(id, age, place, eagerness);
        }

        double clickRate() {
            return 1 / (1 + StrictMath.exp(1 - eagerness));
        }
    }
}
