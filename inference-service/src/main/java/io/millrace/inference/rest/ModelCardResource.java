package io.millrace.inference.rest;

import io.millrace.inference.app.explain.CardText;
import io.millrace.inference.app.explain.ModelCards;
import io.millrace.inference.app.explain.ModelInsights;
import io.millrace.inference.domain.explain.ModelCard;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What there is to know of a model version, over REST. */
@Path("/v1/models/{name}/versions/{version}")
@RunOnVirtualThread
public class ModelCardResource {
    private static final String MARKDOWN = "text/markdown;charset=UTF-8";

    private final ModelCards cards;
    private final ModelInsights insights;

    public ModelCardResource(ModelCards cards, ModelInsights insights) {
        this.cards = cards;
        this.insights = insights;
    }

    /** The card of the version; numbers that are not known are null. MODEL_NOT_FOUND, MODEL_UNAVAILABLE. */
    @GET
    @Path("/card")
    @Produces(MediaType.APPLICATION_JSON)
    public CardAnswer card(@PathParam("name") String name, @PathParam("version") String version) {
        return CardAnswer.of(cards.card(name, version));
    }

    /** The same for people. */
    @GET
    @Path("/card")
    @Produces(MARKDOWN)
    public String text(@PathParam("name") String name, @PathParam("version") String version) {
        ModelCard card = cards.card(name, version);
        return CardText.of(card);
    }

    /**
     * Importance of the version's columns over the rows that it was registered with, the largest first.
     *
     * @param rows at most so many of them
     */
    @GET
    @Path("/importance")
    @Produces(MediaType.APPLICATION_JSON)
    public InsightAnswers.Importance importance(
            @PathParam("name") String name,
            @PathParam("version") String version,
            @QueryParam("rows") @Nullable Integer rows) {
        return InsightAnswers.of(insights.importance(name, Optional.of(version), Optional.ofNullable(rows)));
    }

    /**
     * The mean prediction over the rows that the version was registered with, where a column has a value.
     *
     * @param points how many values, 2 to 100, spread evenly over the rows' own
     */
    @GET
    @Path("/dependence")
    @Produces(MediaType.APPLICATION_JSON)
    public InsightAnswers.Dependence dependence(
            @PathParam("name") String name,
            @PathParam("version") String version,
            @QueryParam("column") @DefaultValue("") String column,
            @QueryParam("points") @DefaultValue("20") int points,
            @QueryParam("rows") @Nullable Integer rows) {
        return InsightAnswers.of(
                insights.dependence(name, Optional.of(version), column, points, Optional.ofNullable(rows)));
    }
}
