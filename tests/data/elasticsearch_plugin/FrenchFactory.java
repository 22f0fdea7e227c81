package veilleur;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.elasticsearch.plugin.NamedComponent;
import org.elasticsearch.plugin.analysis.AnalyzerFactory;

/** The server's own "french" analyzer with stopwords "_none_". */
@NamedComponent("french")
public class FrenchFactory implements AnalyzerFactory {
    @Override
    public Analyzer create() {
        return new FrenchAnalyzer(CharArraySet.EMPTY_SET);
    }

    @Override
    public String name() {
        return "french";
    }
}
