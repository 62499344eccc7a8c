"""Spring Boot around a snippet: an application with one address, which says who is signed in."""

from __future__ import annotations

from pathlib import Path

VERSION = "4.1.2"
#: So that Maven gives up as early as the others.
SHORT = ("-Daether.connector.connectTimeout=4000", "-Daether.connector.requestTimeout=8000")
#: What its plugin names the archive after.
ARCHIVE = "target/app.jar"
PROJECT = f"""
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <parent>
    <groupId>org.springframework.boot</groupId>
    <artifactId>spring-boot-starter-parent</artifactId>
    <version>{VERSION}</version>
  </parent>
  <groupId>example</groupId>
  <artifactId>app</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-webmvc</artifactId>
    </dependency>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-security-oauth2-client</artifactId>
    </dependency>
  </dependencies>
  <build>
    <finalName>app</finalName>
    <plugins>
      <plugin>
        <groupId>org.springframework.boot</groupId>
        <artifactId>spring-boot-maven-plugin</artifactId>
      </plugin>
    </plugins>
  </build>
</project>
"""
APPLICATION = """
package example;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class Application {
    public static void main(String[] arguments) {
        SpringApplication.run(Application.class, arguments);
    }

    @GetMapping("/")
    Map<String, String> home(@AuthenticationPrincipal OidcUser user) {
        return Map.of("email", user.getEmail(), "name", user.getFullName());
    }
}
"""


def lay_out(folder: Path, snippet: str) -> None:
    """Put a project into a folder: the snippet, and a home."""
    files = {
        "pom.xml": PROJECT.lstrip(),
        "src/main/java/example/Application.java": APPLICATION,
        "src/main/resources/application.yml": snippet,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
