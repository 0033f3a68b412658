package io.github.logitops.support;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.logitops.pool.DeviceMemory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What sessions report of things that were not closed: kept from the console and listed, until this is closed. */
public final class Reports implements AutoCloseable {
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(DeviceMemory.class);

    public Reports() {
        appender.list = events;
        appender.start();
        logger.addAppender(appender);
        logger.setAdditive(false);
    }

    /** Those so far. */
    public List<ILoggingEvent> events() {
        return events;
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setAdditive(true);
    }
}
