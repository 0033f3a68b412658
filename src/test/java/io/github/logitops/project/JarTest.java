package io.github.logitops.project;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What those who embed the library get: itself, and what it needs. */
class JarTest {
    private static final Path CLASSES = Path.of("target/classes/io/github/logitops");

    @Test
    void theLibrarysJarHoldsNothingOfTheTools() throws IOException {
        try (Stream<Path> folders = Files.list(CLASSES).filter(Files::isDirectory)) {
            assertEquals(
                    Set.of("base", "cpu", "device", "driver", "element", "memory", "op", "pool", "ptx", "spec"),
                    folders.map(folder -> folder.getFileName().toString()).collect(Collectors.toSet()));
        }
        try (Stream<Path> files = Files.walk(CLASSES)) {
            assertEquals(
                    Set.of(),
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.toLowerCase().startsWith("ceiling"))
                            .collect(Collectors.toSet()));
        }
    }

    /** What is optional or for tests does not reach them. */
    @Test
    void bringsSlf4jJCudaAndABlasAlone() throws Exception {
        NodeList children = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse("pom.xml")
                .getDocumentElement()
                .getChildNodes();
        Element dependencies = IntStream.range(0, children.getLength())
                .mapToObj(children::item)
                .filter(node -> node.getNodeName().equals("dependencies"))
                .map(Element.class::cast)
                .findFirst()
                .orElseThrow();
        NodeList each = dependencies.getElementsByTagName("dependency");
        TreeSet<String> brought = new TreeSet<>();
        for (int i = 0; i < each.getLength(); i++) {
            Element dependency = (Element) each.item(i);
            boolean optional = text(dependency, "optional").equals("true");
            if (!optional && !text(dependency, "scope").equals("test")) {
                brought.add(text(dependency, "groupId") + ":" + text(dependency, "artifactId"));
            }
        }
        assertEquals(
                new TreeSet<>(Set.of(
                        "dev.ludovic.netlib:blas",
                        "org.jcuda:jcublas",
                        "org.jcuda:jcublas-natives",
                        "org.jcuda:jcuda",
                        "org.jcuda:jcuda-natives",
                        "org.slf4j:slf4j-api")),
                brought);
    }

    private static String text(Element parent, String name) {
        NodeList found = parent.getElementsByTagName(name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent();
    }
}
